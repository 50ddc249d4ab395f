import ConfigurationModel
import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes

/// Channel to the starter, which starts commands. Each answer is handed to the asker of its request.
///
/// The starter may die and be replaced; askers that wait for an answer of the old one are told.
final class StarterLink {
  /// Receiver of the answers to a request.
  protocol Asker: AnyObject {
    /// Takes an answer, with the descriptor that came with it.
    func hear(_ reply: StartReply, _ descriptor: consuming FileDescriptor?)
    /// Takes note that the starter has ended, and with it everything that it had started.
    func starterEnded()
  }

  private let loop: EventLoop
  private var channel: Channel?
  private var registration: Reactor.Registration?
  private var askers: [UInt32: any Asker] = [:]
  private var lastNumber: UInt32 = 0
  private var postponed: [Answer] = []
  /// Requests without an answer for which the channel had no room, in order. A lost signal would let a hung script run
  /// for ever.
  private var unsent: [StartRequest] = []
  /// Instant until which no answer is waited for, since the last one did not come in time; `nil` if answers are waited for.
  private var silentUntil: MonotonicInstant?
  private static let silence = Nanoseconds.seconds(10)
  /// True once this starter has sent anything. Before that it may still be starting, and is waited for longer.
  private var hasSpoken = false
  private static let firstPatience = Nanoseconds.seconds(2)

  /// Called with a command that other users could change, and the reason.
  var onWeakness: ((_ command: String, _ reason: String, _ isOwn: Bool) -> Void)?

  init(loop: EventLoop) {
    self.loop = loop
  }

  /// Goes on with a new starter.
  func use(_ channel: Channel) throws(SystemError) {
    leave()
    self.channel = channel
    (hasSpoken, silentUntil, unsent) = (false, nil, [])
    registration = try loop.watch(channel.rawValue, for: .readable) { [weak self] readiness in
      if readiness.contains(.writable) { self?.flush() }
      self?.drain()
    }
  }

  /// Sends a request that is answered. The asker is kept until ``forget(_:)``.
  /// - Throws: the reason for which the request cannot be sent at the moment.
  func ask(
    _ asker: any Asker, descriptors: [Int32] = [], _ request: (UInt32) -> StartRequest
  ) throws(StarterUnavailable) -> UInt32 {
    repeat { lastNumber &+= 1 } while askers[lastNumber] != nil
    let number = lastNumber
    try send(request(number), descriptors)
    askers[number] = asker
    return number
  }

  /// Sends a request that has no answer, now or as soon as the channel has room. Without a starter it is dropped.
  func tell(_ request: StartRequest) {
    guard channel != nil else { return }
    unsent.append(request)
    if unsent.count == 1 { flush() }
  }

  private func flush() {
    let sent = unsent.prefix { (try? send($0, [])) != nil }.count
    unsent.removeFirst(sent)
    if let registration { loop.modify(registration, for: unsent.isEmpty ? .readable : [.readable, .writable]) }
  }

  /// Forgets the asker of a request. Answers to it are dropped.
  func forget(_ number: UInt32) { askers[number] = nil }

  /// Answer for which this process has waited.
  final class Answer {
    let reply: StartReply
    private var descriptor: FileDescriptor?

    init(_ reply: StartReply, _ descriptor: consuming FileDescriptor?) {
      self.reply = reply
      self.descriptor = descriptor
    }

    /// Hands over the descriptor that came with the answer; `nil` if there was none or it was taken before.
    func takeDescriptor() -> FileDescriptor? { descriptor.take() }
  }

  /// Sends a request and waits for its answer; `nil` if none comes within `limit`. After that, no answer is waited for
  /// for a while. Answers to other requests that come meanwhile are delivered in the next turn.
  func answer(within limit: Nanoseconds, to request: (UInt32) -> StartRequest) -> Answer? {
    guard let channel, silentUntil.map({ MonotonicClock.now() >= $0 }) ?? true else { return nil }
    repeat { lastNumber &+= 1 } while askers[lastNumber] != nil
    let number = lastNumber
    guard (try? send(request(number), [])) != nil else { return nil }
    let end = MonotonicClock.now() + (hasSpoken ? limit : max(limit, Self.firstPatience))
    while true {
      switch try? channel.receive() {
      case .message(let bytes, _):
        hasSpoken = true
        guard let reply = try? StartReply(decoding: bytes) else { continue }
        let answer = Answer(reply, channel.takeDescriptor())
        if reply.request == number { return answer }
        postpone(answer)
      case .truncated: continue
      case .wouldBlock:
        let left = (end - MonotonicClock.now()).rawValue
        guard left > 0 else {
          silentUntil = MonotonicClock.now() + Self.silence
          return nil
        }
        var question = pollfd(fd: channel.rawValue, events: Int16(POLLIN), revents: 0)
        _ = poll(&question, 1, Int32(clamping: left / 1_000_000 + 1))
      // Its end is noticed in the next turn.
      case .closed, nil: return nil
      }
    }
  }

  private func postpone(_ answer: Answer) {
    if postponed.isEmpty { _ = loop.schedule(after: .zero) { [weak self] in self?.deliverPostponed() } }
    postponed.append(answer)
  }

  private func deliverPostponed() {
    let answers = postponed
    postponed = []
    for answer in answers { deliver(answer.reply, answer.takeDescriptor()) }
  }

  private func send(_ request: StartRequest, _ descriptors: [Int32]) throws(StarterUnavailable) {
    guard let channel else {
      throw StarterUnavailable(description: "cannot be run now: the process that starts scripts is being started")
    }
    do {
      guard try channel.send(request.encoded, descriptors: descriptors) == .sent else {
        throw StarterUnavailable(description: "cannot be run now: the process that starts scripts does not answer")
      }
    } catch let error as StarterUnavailable {
      throw error
    } catch {
      throw StarterUnavailable(description: "cannot be run now: \(error)")
    }
  }

  /// Takes all answers that wait.
  func drain() {
    deliverPostponed()
    while let channel {
      switch try? channel.receive() {
      case .message(let bytes, _):
        hasSpoken = true
        guard let reply = try? StartReply(decoding: bytes) else { continue }
        deliver(reply, channel.takeDescriptor())
      case .truncated: continue
      case .wouldBlock: return
      case .closed, nil: return leave()
      }
    }
  }

  private func deliver(_ reply: StartReply, _ descriptor: consuming FileDescriptor?) {
    if case .weakness(let command, let reason, let isOwn) = reply { return onWeakness?(command, reason, isOwn) ?? () }
    guard let number = reply.request else { return }
    if let asker = askers[number] { return asker.hear(reply, descriptor) }
    // The asker gave up before the command began.
    if case .started = reply { tell(.signal(number, 9)) }
  }

  private func leave() {
    guard channel != nil else { return }
    if let registration { loop.unwatch(registration) }
    registration = nil
    channel = nil
    let waiting = askers
    askers = [:]
    for (_, asker) in waiting.sorted(by: { $0.key < $1.key }) { asker.starterEnded() }
  }
}

/// Error: nothing can be started at the moment.
struct StarterUnavailable: Error, Equatable, CustomStringConvertible {
  var description: String
}

extension StartReply {
  /// Number of the request that this answers.
  fileprivate var request: UInt32? {
    switch self {
    case .started(let number, _), .refused(let number, _, _), .ended(let number, _), .fifo(let number, _),
      .fifoRefused(let number, _), .file(let number), .fileRefused(let number, _), .written(let number, _):
      number
    case .weakness: nil
    }
  }
}
