import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes

/// Unix socket for status and reload requests. Only root and this process's own user may send requests.
final class ControlSocket {
  /// Most clients at a time. Others are turned away.
  static let mostConnections = 32

  private let loop: EventLoop
  private let descriptor: OwnedDescriptor
  private var registration: Reactor.Registration?
  private var connections: [ObjectIdentifier: ControlConnection] = [:]
  private var resumption: EventLoop.Timer?

  /// Called with every valid request.
  var onRequest: ((ControlConnection, ControlRequest) -> Void)?
  /// Called when a client has its answer.
  var onClose: (() -> Void)?

  /// Returns true for a process that may send no request, whoever its user is: a script in a sandbox.
  var isBarred: ((Int32) -> Bool)?

  /// Listens on a socket that the supervisor has made.
  init(_ socket: consuming FileDescriptor, loop: EventLoop) throws(SystemError) {
    self.loop = loop
    descriptor = OwnedDescriptor(socket)
    registration = try loop.watch(descriptor.rawValue, for: .readable) { [weak self] _ in self?.accept() }
  }

  /// Closes every connection.
  func close() {
    if let registration { loop.unwatch(registration) }
    registration = nil
    loop.cancel(resumption)
    for connection in connections.values { connection.close() }
  }

  private func accept() {
    for _ in 0..<Self.mostConnections {
      let fd = Glibc.accept(descriptor.rawValue, nil, nil)
      guard fd >= 0 else {
        // Without a free descriptor the client stays in the queue and would wake this process again and again.
        if errno != EAGAIN, errno != EINTR, errno != ECONNABORTED { pause() }
        return
      }
      let client = OwnedDescriptor(FileDescriptor(owning: fd))
      guard fcntl(fd, F_SETFD, FD_CLOEXEC) == 0, (try? client.descriptor.setNonblocking()) != nil else { continue }
      admit(client)
    }
  }

  private func pause() {
    guard let registration, resumption == nil else { return }
    loop.modify(registration, for: [])
    resumption = loop.schedule(after: .seconds(1)) { [weak self] in
      self?.resumption = nil
      self?.loop.modify(registration, for: .readable)
    }
  }

  private func admit(_ client: OwnedDescriptor) {
    guard let credentials = try? PeerCredentials(of: client.rawValue) else {
      return turnAway(client, "it is not known who asks")
    }
    guard Self.mayAsk(credentials.userID) else {
      return turnAway(client, "only root and user \(geteuid()) may ask, and this is user \(credentials.userID)")
    }
    guard isBarred?(credentials.processID) != true else {
      return turnAway(client, "a script in a sandbox may not ask")
    }
    guard connections.count < Self.mostConnections else { return turnAway(client, "too many connections") }
    guard let connection = try? ControlConnection(client, loop: loop) else { return }
    connections[ObjectIdentifier(connection)] = connection
    connection.onClose = { [weak self] connection in
      self?.connections[ObjectIdentifier(connection)] = nil
      self?.onClose?()
    }
    connection.onRequest = { [weak self] connection, line in self?.handle(line, on: connection) }
  }

  /// True if a user may send requests. A user that this user namespace does not know has opened the socket, which only its
  /// owner and the root of a namespace around this one can do.
  private static func mayAsk(_ user: UInt32) -> Bool {
    user == 0 || user == geteuid() || user == UserNamespace.foreignUser
  }

  private func turnAway(_ client: OwnedDescriptor, _ reason: String) {
    // A new socket has room for a line; a client that is gone already needs none.
    _ = try? client.descriptor.write(
      Array(ControlReply.error(code: ExitCode.failure.rawValue, message: reason).line.utf8))
  }

  private func handle(_ line: String, on connection: ControlConnection) {
    guard let request = ControlRequest(line: line) else {
      let known = ControlRequest.allCases.map(\.rawValue).joined(separator: ", ")
      return connection.reply(
        .error(code: ExitCode.usage.rawValue, message: "unknown request; the requests are: \(known)"))
    }
    onRequest?(connection, request)
  }
}
