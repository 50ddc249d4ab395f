import ConfigurationModel
import Glibc
import NIOCore
import NIOPosix
import NetworkTypes

/// Error: a name has no address.
struct ResolutionError: Error, CustomStringConvertible {
  var description: String
}

extension ProbeRun {
  /// Addresses of an endpoint, at least one.
  func resolve(_ endpoint: ProbeEndpoint) -> EventLoopFuture<[SocketAddress]> {
    do {
      switch endpoint {
      case .path(let path):
        askFile()
        return loop.makeSucceededFuture([try SocketAddress(unixDomainSocketPath: path)])
      case .host(.address(let address), let port):
        return loop.makeSucceededFuture([try SocketAddress(ipAddress: "\(address)", port: Int(port))])
      case .host(.name(let name), let port):
        stage = "the name \(name) was not resolved"
        let resolve = thread.resolve
        return thread.names.answer(of: name, for: self) { try resolve(name) }.map { addresses in
          addresses.map { address in
            var address = address
            address.port = Int(port)
            return address
          }
        }
      }
    } catch {
      return loop.makeFailedFuture(error)
    }
  }

  /// Connects to an endpoint. If its name has several addresses, the first that takes the connection is used. `prepare`
  /// sets up the channel's pipeline.
  func connect(to endpoint: ProbeEndpoint, _ prepare: @escaping @Sendable (any Channel) throws -> Void) {
    resolve(endpoint).whenComplete { [self] result in
      switch result {
      case .failure(let error): fail(error)
      case .success(let addresses):
        connect(to: addresses, prepare)
      }
    }
  }

  func connect(to addresses: [SocketAddress], _ prepare: @escaping @Sendable (any Channel) throws -> Void) {
    stage = "no connection"
    ConnectionRace(self, addresses, prepare).begin()
  }
}

/// Attempts to connect to several addresses, each begun a pause after the one before, until one takes the connection (RFC
/// 8305 section 5). Used on the probes' event loop only.
final class ConnectionRace: @unchecked Sendable {
  /// Longest time from one attempt to the next while none has succeeded (Connection Attempt Delay, RFC 8305 section 8).
  static let longestPause = TimeAmount.milliseconds(250)

  private let run: ProbeRun
  private var addresses: ArraySlice<SocketAddress>
  private let prepare: @Sendable (any Channel) throws -> Void
  private let pause: TimeAmount
  private var timer: Scheduled<Void>?
  private var attempts = 0
  private var channels: [any Channel] = []
  private var isWon = false
  /// Last failure that tells something about the service; `nil` for none.
  private var finding: (any Error)?

  init(_ run: ProbeRun, _ addresses: [SocketAddress], _ prepare: @escaping @Sendable (any Channel) throws -> Void) {
    self.run = run
    self.addresses = addresses[...]
    self.prepare = prepare
    // Within a short timeout each has its share, and as much is left for the answer.
    pause = min(Self.longestPause, .nanoseconds(run.limit.nanoseconds / Int64(addresses.count + 1)))
  }

  /// Tries the next address.
  func begin() {
    timer?.cancel()
    guard !isWon, !run.isFinished, let address = addresses.popFirst() else { return }
    attempts += 1
    ClientBootstrap(group: run.loop)
      .connectTimeout(.hours(1))
      .channelInitializer { [self] channel in
        // Owned before it is connected, so that a run that ends takes it along.
        channel.eventLoop.makeCompletedFuture {
          try run.own(channel)
          channels.append(channel)
          try prepare(channel)
          try channel.pipeline.syncOperations.addHandler(StartingGate(self), position: .first)
        }
      }
      .connect(to: address)
      .whenFailure { [self] error in lost(error) }
    guard !addresses.isEmpty else { return }
    timer = run.loop.scheduleTask(in: pause) { [self] in begin() }
  }

  private func lost(_ error: any Error) {
    attempts -= 1
    guard !isWon else { return }
    if !run.isBar(error) { finding = error }
    if !addresses.isEmpty { begin() } else if attempts == 0 { run.fail(finding ?? error) }
  }

  /// True if this channel is the first to be connected. All others are then closed.
  func isWon(by winner: any Channel) -> Bool {
    guard !isWon else { return false }
    isWon = true
    timer?.cancel()
    for channel in channels where channel !== winner { channel.close(mode: .all, promise: nil) }
    channels = []
    return true
  }
}

/// Handler that reports a connection to the channel's other handlers only if it is the one that counts.
private final class StartingGate: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = Any

  private let race: ConnectionRace
  private var isOpen = false

  init(_ race: ConnectionRace) { self.race = race }

  func channelActive(context: ChannelHandlerContext) {
    isOpen = race.isWon(by: context.channel)
    if isOpen { context.fireChannelActive() } else { context.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) { if isOpen { context.fireChannelInactive() } }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { if isOpen { context.fireErrorCaught(error) } }
}

extension SocketAddress {
  /// Most addresses of a name that are tried.
  static let mostOfName = 4

  /// Addresses of a name from the host's resolver (getaddrinfo(3)), at most ``mostOfName``. The call blocks.
  static func resolving(_ name: String) throws -> [SocketAddress] {
    var hints = addrinfo()
    // One entry an address; which type is the same to all.
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_family = AF_UNSPEC
    hints.ai_flags = AI_ADDRCONFIG
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(name, nil, &hints, &list)
    defer { if let list { freeaddrinfo(list) } }
    guard code == 0 else {
      throw ResolutionError(description: "\(name): \(String(cString: gai_strerror(code)).lowercased())")
    }
    var addresses: [SocketAddress] = []
    var next = list?.pointee
    while let entry = next, addresses.count < 64 {
      if let found = entry.ai_addr.flatMap({ SocketAddress($0, family: entry.ai_family, name: name) }) {
        addresses.append(found)
      }
      next = entry.ai_next?.pointee
    }
    guard !addresses.isEmpty else { throw ResolutionError(description: "\(name) has no IP address") }
    return Array(interlaced(addresses).prefix(mostOfName))
  }

  /// The addresses with their families in turn, beginning with that of the first (RFC 8305 section 4), each family in its
  /// own order. A family without a route then cannot take all places.
  static func interlaced(_ addresses: [SocketAddress]) -> [SocketAddress] {
    let first = addresses.filter { $0.protocol == addresses.first?.protocol }
    let second = addresses.filter { $0.protocol != addresses.first?.protocol }
    return (0..<max(first.count, second.count)).flatMap { place in
      [first, second].compactMap { place < $0.count ? $0[place] : nil }
    }
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
