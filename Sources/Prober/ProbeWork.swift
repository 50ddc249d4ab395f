import ConfigurationModel
import LinuxSystem
import Probes
import Synchronization

/// Hands outcomes from the probes' thread to the prober's loop.
final class ProbeMailbox {
  /// End of the mailbox for the probes' thread: it takes outcomes, and wakes the loop with a byte in a pipe.
  final class Post: Sendable {
    private struct Letter: Sendable {
      var number: Int
      var outcome: ProbeOutcome
    }

    private let letters = Mutex<[Letter]>([])
    private let writer: FileDescriptor

    init(_ writer: consuming FileDescriptor) { self.writer = writer }

    func put(_ outcome: ProbeOutcome, for number: Int) {
      let isFirst = letters.withLock { letters in
        letters.append(Letter(number: number, outcome: outcome))
        return letters.count == 1
      }
      // A full pipe has enough bytes to wake the loop.
      if isFirst { _ = try? writer.write([0]) }
    }

    func takeAll() -> [(number: Int, outcome: ProbeOutcome)] {
      let taken = letters.withLock { letters in
        let taken = letters
        letters = []
        return taken
      }
      return taken.map { ($0.number, $0.outcome) }
    }
  }

  let post: Post
  private let loop: EventLoop
  private let reader: OwnedDescriptor
  private var registration: Reactor.Registration?
  private var waiting: [Int: (ProbeOutcome) -> Void] = [:]
  private var lastNumber = 0

  init(loop: EventLoop) throws(SystemError) {
    self.loop = loop
    let pipe = try FileDescriptor.pipe()
    reader = OwnedDescriptor(try pipe.reader.duplicate())
    try reader.descriptor.setNonblocking()
    let writer = try pipe.writer.duplicate()
    try writer.setNonblocking()
    post = Post(writer)
    registration = try loop.watch(reader.rawValue, for: .readable) { [weak self] _ in self?.open() }
  }

  deinit {
    if let registration { loop.unwatch(registration) }
  }

  /// Returns a new number, under which one outcome may be posted.
  func expect(_ completion: @escaping (ProbeOutcome) -> Void) -> Int {
    lastNumber &+= 1
    waiting[lastNumber] = completion
    return lastNumber
  }

  /// Forgets the completion of a number.
  func forget(_ number: Int) { waiting[number] = nil }

  private func open() {
    var bytes = [UInt8](repeating: 0, count: 64)
    while case .bytes? = bytes.withUnsafeMutableBytes({ try? reader.descriptor.read(into: $0) }) {}
    for (number, outcome) in post.takeAll() { waiting.removeValue(forKey: number)?(outcome) }
  }
}

/// The probes' thread and the mailbox for its outcomes; made when a configuration first has probes.
final class ProbeService {
  let thread = ProbeThread()
  let mailbox: ProbeMailbox

  init(loop: EventLoop) throws(SystemError) {
    mailbox = try ProbeMailbox(loop: loop)
  }

  deinit { thread.shutDown() }
}

/// Work of a `vrrp_probe`.
final class ProbeWork: CheckWork {
  private let probe: PreparedProbe
  private let service: ProbeService
  private var number: Int?
  private var run: ProbeRunHandle?

  init(_ definition: ProbeDefinition, service: ProbeService) {
    probe = service.thread.prepare(definition)
    self.service = service
  }

  var processID: Int32? { nil }

  func begin(_ completion: @escaping (CheckResult) -> Void) {
    let number = service.mailbox.expect { [weak self] outcome in
      self?.number = nil
      self?.run = nil
      // A missing right lasts until it is granted; everything else is a lack of resources.
      let refusal: CheckResult.Refusal? = outcome.isUnasked ? outcome.isBarred ? .unasked : .shortage : nil
      completion(CheckResult(isSuccess: outcome.isSuccess, refusal: refusal, words: outcome.words))
    }
    self.number = number
    let post = service.mailbox.post
    run = probe.run { post.put($0, for: number) }
  }

  /// Ends the run: its connections are closed, and a thread of it that hangs is no longer waited for.
  func end() { run?.end() }

  func kill() {
    if let number { service.mailbox.forget(number) }
    number = nil
    run?.end()
    run = nil
  }
}

/// Work of a probe that cannot be run at all.
final class RefusedWork: CheckWork {
  private let reason: String

  init(_ reason: String) { self.reason = reason }

  var processID: Int32? { nil }
  func begin(_ completion: @escaping (CheckResult) -> Void) {
    completion(CheckResult(isSuccess: false, refusal: .failure, words: reason))
  }
  func end() {}
  func kill() {}
}
