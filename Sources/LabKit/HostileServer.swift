import Glibc
import Synchronization

/// A server on a host's own loopback that means no good to whoever asks it.
public final class HostileServer: Sendable {
  /// What everybody who connects is given, whatever it asks.
  public struct Behaviour: Sendable {
    /// What comes after the beginning.
    public enum Rest: Sendable {
      /// The same again and again, as fast as it is taken.
      case endless([UInt8])
      /// A byte every few milliseconds.
      case drip(UInt8)
    }

    /// What is said first, as fast as it is taken.
    public var beginning: [UInt8]
    /// What is said after that, without end.
    public var rest: Rest

    /// A behaviour from its parts.
    public init(_ beginning: [UInt8], then rest: Rest) {
      self.beginning = beginning
      self.rest = rest
    }
  }

  private struct Connection {
    var descriptor: Int32
    var said = 0
  }

  /// Where it listens.
  public let port: UInt16
  private let behaviour: Behaviour
  private let connectionCount = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)
  private let hasEnded = Atomic<Bool>(false)

  /// Listens on `host` until ``stop()``.
  public init(on host: Host, port: UInt16, _ behaviour: Behaviour) throws(LabError) {
    self.port = port
    self.behaviour = behaviour
    let listener = try inNamespace(host.namespace) { () throws(LabError) in try Self.listen(port) }
    try NamespaceThread(namespace: nil) { [self] _ in
      serve(listener)
      hasEnded.store(true, ordering: .releasing)
    }.detach()
  }

  /// How many have connected so far.
  public var connections: Int { connectionCount.load(ordering: .relaxed) }

  /// Hangs up on everybody and ends.
  public func stop() {
    isStopped.store(true, ordering: .releasing)
    while !hasEnded.load(ordering: .acquiring) { usleep(1000) }
  }

  private static func listen(_ port: UInt16) throws(LabError) -> Int32 {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let listener = socket(AF_INET, kind, 0)
    let bound = Loopback.withAddress(port: port) { bind(listener, $0, $1) }
    guard listener >= 0, bound == 0, Glibc.listen(listener, 256) == 0 else {
      close(listener)
      throw LabError(call: "listen", on: "port \(port)")
    }
    return listener
  }

  private func serve(_ listener: Int32) {
    var connections: [Connection] = []
    while !isStopped.load(ordering: .acquiring) {
      var polled = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
      polled += connections.map { connection in
        let isPouring = if case .endless = behaviour.rest { true } else { connection.said < behaviour.beginning.count }
        return pollfd(fd: connection.descriptor, events: Int16(POLLIN | (isPouring ? POLLOUT : 0)), revents: 0)
      }
      _ = poll(&polled, nfds_t(polled.count), 5)
      connections = zip(connections, polled.dropFirst()).compactMap { attend($0, $1.revents) }
      while polled[0].revents != 0 {
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0 else { break }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, O_RDWR | O_NONBLOCK)
        connectionCount.wrappingAdd(1, ordering: .relaxed)
        connections.append(Connection(descriptor: descriptor))
      }
    }
    for connection in connections { close(connection.descriptor) }
    close(listener)
  }

  /// Says the next bytes; `nil` once the other end is gone.
  private func attend(_ connection: Connection, _ readiness: Int16) -> Connection? {
    var connection = connection
    var buffer = [UInt8](repeating: 0, count: 4096)
    while readiness & Int16(POLLIN | POLLHUP | POLLERR) != 0 {
      let length = read(connection.descriptor, &buffer, buffer.count)
      if length > 0 { continue }
      guard length < 0, errno == EAGAIN else { return closed(connection) }
      break
    }
    let next: ArraySlice<UInt8>
    if connection.said < behaviour.beginning.count {
      next = behaviour.beginning[connection.said...]
    } else {
      switch behaviour.rest {
      case .endless(let bytes):
        next = bytes[((connection.said - behaviour.beginning.count) % bytes.count)...]
      case .drip(let byte): next = [byte]
      }
    }
    let sent = next.withUnsafeBytes { send(connection.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    if sent > 0 { connection.said += sent }
    return sent < 0 && errno != EAGAIN ? closed(connection) : connection
  }

  private func closed(_ connection: Connection) -> Connection? {
    close(connection.descriptor)
    return nil
  }
}
