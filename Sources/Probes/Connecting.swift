import Configuration
import Glibc
import NIOCore
import NIOPosix
import NetworkTypes

/// Why a name leads nowhere.
struct ResolutionError: Error, CustomStringConvertible {
  var description: String
}

extension ProbeRun {
  /// The address of an endpoint. The host's resolver is asked about a name on a thread that may wait.
  func resolve(_ endpoint: ProbeEndpoint, type: Int32 = Int32(SOCK_STREAM.rawValue)) -> EventLoopFuture<SocketAddress> {
    do {
      switch endpoint {
      case .path(let path): return loop.makeSucceededFuture(try SocketAddress(unixDomainSocketPath: path))
      case .host(.address(let address), let port):
        return loop.makeSucceededFuture(try SocketAddress(ipAddress: "\(address)", port: Int(port)))
      case .host(.name(let name), let port):
        stage = "the name \(name) was not resolved"
        return thread.wait { try SocketAddress.resolving(name, port: port, type: type) }
      }
    } catch {
      return loop.makeFailedFuture(error)
    }
  }

  /// Connects to an endpoint. `prepare` sets the channel's pipeline up.
  func connect(
    to endpoint: ProbeEndpoint, _ prepare: @escaping @Sendable (any Channel) throws -> Void
  ) {
    resolve(endpoint).whenComplete { [self] result in
      switch result {
      case .failure(let error): fail(error)
      case .success(let address):
        stage = "no connection"
        guard !isFinished else { return }
        ClientBootstrap(group: loop)
          .connectTimeout(.hours(1))
          .channelInitializer { [self] channel in
            // Owned before it is connected, so that a run that ends takes it along.
            channel.eventLoop.makeCompletedFuture {
              try own(channel)
              try prepare(channel)
            }
          }
          .connect(to: address)
          .whenFailure { [self] in fail($0) }
      }
    }
  }
}

extension SocketAddress {
  /// The first address of a name, by the host's own resolver (getaddrinfo(3)); waits.
  static func resolving(_ name: String, port: UInt16, type: Int32) throws -> SocketAddress {
    var hints = addrinfo()
    hints.ai_socktype = type
    hints.ai_family = AF_UNSPEC
    hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(name, "\(port)", &hints, &list)
    defer { if let list { freeaddrinfo(list) } }
    guard code == 0, let first = list?.pointee, let address = first.ai_addr else {
      throw ResolutionError(description: "\(name): \(String(cString: gai_strerror(code)).lowercased())")
    }
    switch first.ai_family {
    case AF_INET:
      return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { SocketAddress($0.pointee, host: name) }
    case AF_INET6:
      return address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { SocketAddress($0.pointee, host: name) }
    default: throw ResolutionError(description: "\(name) has no IP address")
    }
  }
}
