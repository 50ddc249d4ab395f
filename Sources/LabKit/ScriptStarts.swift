import Glibc
import NetworkTypes
import Synchronization

/// When each run of many check scripts began.
///
/// The script does nothing but write its number into a FIFO, and a thread of this process reads the clock. The way there takes as
/// long for whichever daemon started it.
public final class ScriptStarts: Sendable {
  /// How many scripts there are, with the numbers from 0.
  public let count: Int
  private let script: String
  private let descriptor: Int32
  private let starts: Mutex<[[MonotonicInstant]]>
  private let isStopped = Atomic<Bool>(false)
  private let hasEnded = Atomic<Bool>(false)

  /// Makes the script in a host's folder and listens until ``stop()``.
  public init(on host: Host, count: Int) throws(LabError) {
    self.count = count
    starts = Mutex(Array(repeating: [], count: count))
    let pipe = "\(host.folder)/starts"
    script = "\(host.folder)/start"
    guard mkfifo(pipe, 0o600) == 0 else { throw LabError(call: "mkfifo", on: pipe) }
    try writeFile(script, "#!/bin/sh\necho $1 > \(pipe)\n", mode: 0o755)
    // Open for writing as well, so that it does not end between two scripts.
    descriptor = open(pipe, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw LabError(call: "open", on: pipe) }
    try NamespaceThread(namespace: nil) { [self] _ in
      listen()
      hasEnded.store(true, ordering: .releasing)
    }.detach()
  }

  /// The command of a script by its number.
  public func command(_ number: Int) -> String { "\(script) \(number)" }

  /// When each script has begun so far, by its number.
  public var all: [[MonotonicInstant]] { starts.withLock { $0 } }

  /// Ends the thread.
  public func stop() {
    guard !isStopped.exchange(true, ordering: .acquiringAndReleasing) else { return }
    while !hasEnded.load(ordering: .acquiring) { usleep(1000) }
    close(descriptor)
  }

  private func listen() {
    // Ahead of what it measures, where that is allowed.
    var priority = sched_param(sched_priority: 50)
    pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority)
    var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    var buffer = [UInt8](repeating: 0, count: 4096)
    var digits = 0
    var number = 0
    while !isStopped.load(ordering: .acquiring) {
      guard poll(&ready, 1, 100) > 0 else { continue }
      let now = MonotonicInstant.labNow()
      let length = read(descriptor, &buffer, buffer.count)
      guard length > 0 else { return }
      for byte in buffer[..<length] {
        if let digit = Character(Unicode.Scalar(byte)).wholeNumberValue, digits < 6 {
          (number, digits) = (number * 10 + digit, digits + 1)
        } else {
          let started = number
          if digits > 0, started < count { starts.withLock { $0[started].append(now) } }
          (number, digits) = (0, 0)
        }
      }
    }
  }
}
