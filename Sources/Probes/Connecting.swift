import Configuration
import Glibc
import NIOCore
import NIOPosix
import NetworkTypes

/// Why a name leads nowhere.
struct ResolutionError: Error, CustomStringConvertible {
  var description: String
}

/// Questions to the host's resolver that have no answer yet. It lives on the probes' event loop.
///
/// A resolver may hang for long; whoever asks for a name that is being asked for waits for the same answer, so that however
/// often a probe runs meanwhile, one thread waits for each name.
final class Resolutions: @unchecked Sendable {
  private struct Key: Hashable {
    var name: String
    var port: UInt16
    var type: Int32
  }

  private var waiting: [Key: EventLoopFuture<[SocketAddress]>] = [:]

  func addresses(
    of name: String, port: UInt16, type: Int32, _ thread: ProbeThread
  ) -> EventLoopFuture<[SocketAddress]> {
    let key = Key(name: name, port: port, type: type)
    if let same = waiting[key] { return same }
    let future = thread.wait { try SocketAddress.resolving(name, port: port, type: type) }
    waiting[key] = future
    future.whenComplete { [self] _ in waiting[key] = nil }
    return future
  }
}

extension ProbeRun {
  /// The addresses of an endpoint, at least one.
  func resolve(_ endpoint: ProbeEndpoint, type: Int32) -> EventLoopFuture<[SocketAddress]> {
    do {
      switch endpoint {
      case .path(let path): return loop.makeSucceededFuture([try SocketAddress(unixDomainSocketPath: path)])
      case .host(.address(let address), let port):
        return loop.makeSucceededFuture([try SocketAddress(ipAddress: "\(address)", port: Int(port))])
      case .host(.name(let name), let port):
        stage = "the name \(name) was not resolved"
        return thread.resolutions.addresses(of: name, port: port, type: type, thread)
      }
    } catch {
      return loop.makeFailedFuture(error)
    }
  }

  /// Connects to an endpoint; of a name with several addresses, to the first that takes the connection. `prepare` sets the
  /// channel's pipeline up.
  func connect(to endpoint: ProbeEndpoint, _ prepare: @escaping @Sendable (any Channel) throws -> Void) {
    resolve(endpoint, type: Int32(SOCK_STREAM.rawValue)).whenComplete { [self] result in
      switch result {
      case .failure(let error): fail(error)
      case .success(let addresses):
        stage = "no connection"
        connect(to: addresses[...], prepare)
      }
    }
  }

  private func connect(
    to addresses: ArraySlice<SocketAddress>, _ prepare: @escaping @Sendable (any Channel) throws -> Void
  ) {
    guard !isFinished, let address = addresses.first else { return }
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
      .whenFailure { [self] error in
        if addresses.count > 1 {
          connect(to: addresses.dropFirst(), prepare)
        } else {
          fail(error)
        }
      }
  }
}

extension SocketAddress {
  /// The addresses of a name, at most four, by the host's own resolver (getaddrinfo(3)); waits.
  static func resolving(_ name: String, port: UInt16, type: Int32) throws -> [SocketAddress] {
    var hints = addrinfo()
    hints.ai_socktype = type
    hints.ai_family = AF_UNSPEC
    hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(name, "\(port)", &hints, &list)
    defer { if let list { freeaddrinfo(list) } }
    guard code == 0 else {
      throw ResolutionError(description: "\(name): \(String(cString: gai_strerror(code)).lowercased())")
    }
    var addresses: [SocketAddress] = []
    var next = list?.pointee
    while let entry = next, addresses.count < 4 {
      if let found = entry.ai_addr.flatMap({ SocketAddress($0, family: entry.ai_family, name: name) }) {
        addresses.append(found)
      }
      next = entry.ai_next?.pointee
    }
    guard !addresses.isEmpty else { throw ResolutionError(description: "\(name) has no IP address") }
    return addresses
  }

  private init?(_ address: UnsafeMutablePointer<sockaddr>, family: Int32, name: String) {
    switch family {
    case AF_INET:
      self = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { SocketAddress($0.pointee, host: name) }
    case AF_INET6:
      self = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { SocketAddress($0.pointee, host: name) }
    default: return nil
    }
  }
}
