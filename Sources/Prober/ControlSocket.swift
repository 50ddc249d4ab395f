import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes

/// The Unix socket on which status is asked for and a reload is ordered; only root and this process's own user are heard.
final class ControlSocket {
  /// Clients beyond this many are turned away.
  static let mostConnections = 32

  private let path: String
  private let loop: EventLoop
  private let descriptor: OwnedDescriptor
  private var registration: Reactor.Registration?
  private var connections: [ObjectIdentifier: ControlConnection] = [:]
  private var identity: (device: UInt64, file: UInt64)?
  private var resumption: EventLoop.Timer?

  /// Told of every request that can be understood.
  var onRequest: ((ControlConnection, ControlRequest) -> Void)?
  /// Told when a client has its answer.
  var onClose: (() -> Void)?

  /// Whether a process is not to be heard, whoever runs it: a script in a sandbox asks nothing of the service.
  var isBarred: ((Int32) -> Bool)?

  /// Makes the socket. One that a process before this one left behind is replaced in one step.
  init(in directory: String, loop: EventLoop) throws(SystemError) {
    path = directory + "/" + ControlRequest.socketName
    self.loop = loop
    descriptor = try Self.listen(at: path)
    var status = stat()
    if lstat(path, &status) == 0 { identity = (UInt64(status.st_dev), UInt64(status.st_ino)) }
    registration = try loop.watch(descriptor.rawValue, for: .readable) { [weak self] _ in self?.accept() }
  }

  /// Closes every connection and removes the socket, unless another process has put its own in its place.
  func close() {
    if let registration { loop.unwatch(registration) }
    registration = nil
    loop.cancel(resumption)
    for connection in connections.values { connection.close() }
    var status = stat()
    if let identity, lstat(path, &status) == 0, UInt64(status.st_dev) == identity.device,
      UInt64(status.st_ino) == identity.file
    {
      unlink(path)
    }
  }

  /// Bound beside and renamed, so that there is no moment without a socket and no other mode than 0600.
  private static func listen(at path: String) throws(SystemError) -> OwnedDescriptor {
    let fd = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | sockStreamFlags, 0)
    guard fd >= 0 else { throw SystemError(operation: "create control socket", errno: errno) }
    let descriptor = OwnedDescriptor(FileDescriptor(owning: fd))
    let beside = path + ".new"
    unlink(beside)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { space in
      guard beside.utf8.count < space.count else { return false }
      space.copyBytes(from: beside.utf8)
      return true
    }
    guard fits else { throw SystemError(operation: "bind", errno: ENAMETOOLONG, object: path) }
    let mask = umask(0o177)
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(fd, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    let reason = errno
    umask(mask)
    guard bound == 0 else { throw SystemError(operation: "bind", errno: reason, object: path) }
    guard Glibc.listen(fd, 64) == 0, rename(beside, path) == 0 else {
      let reason = errno
      unlink(beside)
      throw SystemError(operation: "listen on", errno: reason, object: path)
    }
    return descriptor
  }

  private static var sockStreamFlags: Int32 { Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue) }

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
    guard let credentials = try? PeerCredentials(of: client.rawValue),
      credentials.userID == 0 || credentials.userID == geteuid()
    else { return turnAway(client, "only root may ask") }
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
