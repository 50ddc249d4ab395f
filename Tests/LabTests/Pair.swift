import LabKit
import NetworkTypes
import Testing
import VRRPCore

/// What every bound of the protocol is given on top for the kernel and the daemons; a machine that does other things gets ``patience``.
let margin = Nanoseconds.seconds(1)

/// How long a daemon may take from its start until its sockets are ready.
let startup = Nanoseconds.seconds(3)

/// Two hosts with a daemon each, and a client that keeps asking for the address they share.
///
/// The capture decides who was master when; the hosts' interfaces decide who holds the address.
final class Pair: Sendable {
  static let highPriority: UInt8 = 200
  static let lowPriority: UInt8 = 100

  let lab: Lab
  let file: RouterFile
  let high: any Peer
  let low: any Peer
  let clientHost: Host
  let client: Client

  init(in lab: Lab, _ file: RouterFile, high: PeerKind, low: PeerKind) throws {
    self.lab = lab
    self.file = file
    self.high = try high.peer(in: lab.addHost("a", number: 1))
    self.low = try low.peer(in: lab.addHost("b", number: 2))
    clientHost = try lab.addHost("client", number: 100)
    client = try clientHost.ask(file.address())
  }

  var address: IPAddress { file.address() }

  func priority(of peer: any Peer) -> UInt8 { peer.host === high.host ? Self.highPriority : Self.lowPriority }

  func configuration(of peer: any Peer) throws -> String {
    let other = peer.host === high.host ? low.host : high.host
    return try peer.configuration(of: file, priority: priority(of: peer), peers: [other])
  }

  func start(_ peer: any Peer) throws { try peer.start(configuration(of: peer)) }

  /// Starts the higher one, waits until it is master, then starts the other and waits until it has heard the master as a backup.
  func startInOrder(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try start(high)
    try await expectMaster(
      high, within: startup + file.masterDownInterval(priority: Self.highPriority) + margin,
      sourceLocation: sourceLocation)
    try await startBackup(low, sourceLocation: sourceLocation)
  }

  /// Starts one beside a master, and waits until it has heard that one's advert as a backup.
  func startBackup(_ peer: any Peer, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try start(peer)
    let isBackup = await eventually(within: startup + margin, every: .milliseconds(20)) { peer.saysBackup }
    #expect(isBackup, "\(peer.host.name) does not say that it is a backup.\n\(logs)", sourceLocation: sourceLocation)
    let settled = MonotonicInstant.labNow()
    let master = peer.host === high.host ? low : high
    let hears = await eventually(within: file.interval + margin, every: .milliseconds(2)) {
      !adverts(of: master, since: settled).isEmpty
    }
    #expect(hears, "\(master.host.name) is silent.\n\(logs)", sourceLocation: sourceLocation)
  }

  // MARK: What the capture says

  /// A peer's adverts since an instant, resignations included. Their IP source tells whose they are: a virtual MAC address is both hosts'.
  func adverts(of peer: any Peer, since instant: MonotonicInstant) -> [CapturedAdvert] {
    let sources = peer.sources(vrid: file.vrid)
    return lab.capture.adverts(vrid: file.vrid, since: instant).filter { sources.contains($0.source) }
  }

  /// The last advert of a peer that was not a resignation, before an instant.
  func lastAdvert(of peer: any Peer, before instant: MonotonicInstant = .labNow()) -> CapturedAdvert? {
    adverts(of: peer, since: .init(nanoseconds: 0)).last { $0.priority > 0 && $0.time <= instant }
  }

  /// Waits for the first advert of `peer` after `instant`, and for the address and the client to follow it.
  /// - Parameter isTold: whether the old master says that it goes; then a martlet takes over for that, and not for its silence.
  @discardableResult
  func expectMaster(
    _ peer: any Peer, since instant: MonotonicInstant = .labNow(), within bound: Nanoseconds,
    reachable: Nanoseconds? = nil, isTold: Bool = false, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> CapturedAdvert {
    var first: CapturedAdvert?
    await eventually(within: bound + margin) {
      first = adverts(of: peer, since: instant).first { $0.priority > 0 }
      return first != nil
    }
    let advert = try #require(
      first, "\(comment ?? ""): \(peer.host.name) sent no advert.\n\(logs)", sourceLocation: sourceLocation)
    if isTold, peer.kind == .martlet {
      let isCause = await eventually(within: margin) { lastClaim(of: peer).contains("resigned as master (priority 0)") }
      #expect(isCause, "\(comment ?? ""): \(lastClaim(of: peer))\n\(logs)", sourceLocation: sourceLocation)
    }
    let alone = try await eventually(within: margin) { try lab.holders(of: address) == [peer.host.name] }
    let holders = try lab.holders(of: address)
    #expect(alone, "\(comment ?? ""): held by \(holders).\n\(logs)", sourceLocation: sourceLocation)
    // What comes between another daemon's announcement and the moment when the kernel answers for an IPv6 address is lost, an answer
    // to the kernel's own solicitation too, and the next goes out after RetransTimer, a second (RFC 4861 section 10).
    let patience = peer.kind == .martlet ? margin : margin + .seconds(1)
    let reached = await client.answers(within: reachable ?? patience)
    #expect(
      reached, "\(comment ?? ""): the client does not reach \(address).\n\(announced(around: advert))\n\(logs)",
      sourceLocation: sourceLocation)
    return advert
  }

  /// What a martlet last said of becoming master.
  private func lastClaim(of peer: any Peer) -> String {
    peer.log.split(separator: "\n").last { $0.contains("→ MASTER") }.map(String.init) ?? "it never became master"
  }

  /// From an instant on, nobody but `peer` has sent an advert.
  func expectOnlySender(
    _ peer: any Peer, since instant: MonotonicInstant, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let sources = peer.sources(vrid: file.vrid)
    let others = lab.capture.adverts(vrid: file.vrid, since: instant).filter { !sources.contains($0.source) }
    #expect(others.isEmpty, "\(others.count) adverts of others.\n\(logs)", sourceLocation: sourceLocation)
  }

  /// Lets `time` pass by the capture's clock, for what must not happen in it.
  func settle(_ time: Nanoseconds) async throws { try await lab.settle(time) }

  /// Who announced the address when, as against an advert: whom the client believes is who did so last.
  private func announced(around advert: CapturedAdvert) -> String {
    let neighbor = (try? clientHost.neighbor(of: address)) ?? nil
    return lab.capture.announcements(of: address, since: advert.time - .seconds(1)).map {
      "\($0.time - advert.time): announced at \($0.target)"
    }.joined(separator: "\n") + "\nthe client asks \(neighbor ?? "nobody")"
  }

  /// The end of what both daemons said, for a failure's message.
  var logs: String {
    [high, low].map { peer in
      "--- \(peer.kind) in \(peer.host.name)\n" + peer.log.split(separator: "\n").suffix(25).joined(separator: "\n")
    }.joined(separator: "\n")
  }
}

extension Lab {
  /// Lets `time` pass by the capture's clock, for what must not happen in it.
  func settle(_ time: Nanoseconds) async throws {
    let end = MonotonicInstant.labNow() + time
    await eventually(within: time + margin, every: .milliseconds(20)) { MonotonicInstant.labNow() >= end }
    try capture.check()
  }
}
