import Glibc
import Synchronization

/// Requests to a web server on a host's own loopback, as many as it answers, from some clients at a time.
///
/// Each request has a connection of its own, so that a server which reloads meets new ones and open ones at every moment.
public final class WebLoad: Sendable {
  /// The port asked.
  public let port: UInt16
  private let answeredCount = Atomic<Int>(0)
  private let failedCount = Atomic<Int>(0)
  private let running = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)

  /// Starts asking from `host` until ``stop()``.
  /// - Parameter clients: how many ask at a time.
  public init(on host: Host, port: UInt16, clients: Int) throws(LabError) {
    self.port = port
    for _ in 0..<clients {
      running.wrappingAdd(1, ordering: .relaxed)
      try NamespaceThread(namespace: host.namespace) { [self] entered in
        if case .success = entered { askUntilStopped() }
        running.wrappingSubtract(1, ordering: .releasing)
      }.detach()
    }
  }

  /// Requests with an answer of HTTP 200.
  public var answered: Int { answeredCount.load(ordering: .relaxed) }
  /// Requests with another answer or none.
  public var failed: Int { failedCount.load(ordering: .relaxed) }

  /// Ends every client, which takes no longer than the request that it waits for.
  public func stop() {
    isStopped.store(true, ordering: .releasing)
    while running.load(ordering: .acquiring) > 0 { usleep(1000) }
  }

  private func askUntilStopped() {
    while !isStopped.load(ordering: .acquiring) {
      if ask() {
        answeredCount.wrappingAdd(1, ordering: .relaxed)
      } else {
        failedCount.wrappingAdd(1, ordering: .relaxed)
        // A server that refuses would be asked a hundred thousand times a second.
        usleep(1000)
      }
    }
  }

  private func ask() -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var limit = timeval(tv_sec: 2, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    let connected = Loopback.withAddress(port: port) { connect(descriptor, $0, $1) }
    let request = Array("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n".utf8)
    // A connection that was closed must be an error here and not a signal for the whole process.
    guard connected == 0, send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count
    else { return false }
    return readAll(descriptor).hasPrefix("HTTP/1.1 200")
  }
}
