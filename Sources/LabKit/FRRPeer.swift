import Glibc
import LinuxSystem
import NetworkTypes
import Synchronization
import VRRPCore

/// FRR's `vrrpd` as Debian packages it, with the `zebra` it needs.
///
/// It makes no interface of its own: who runs it makes a macvlan for each virtual router and family, with the virtual
/// MAC and the addresses on it for good. `vrrpd` lets the macvlan have a carrier while it is master, and takes the
/// carrier away (protodown) while it is not.
public final class FRRPeer: Peer {
  static let zebraProgram = "/usr/lib/frr/zebra"
  static let vrrpProgram = "/usr/lib/frr/vrrpd"
  static let userName = "frr"

  private struct State {
    var zebra: LabProcess?
    var vrrp: LabProcess?
    var starts = 0
  }

  /// FRR.
  public let kind = PeerKind.frr
  /// Where it runs.
  public let host: Host
  private let state = Mutex(State())

  /// FRR in `host`, not started yet.
  public init(host: Host) {
    self.host = host
  }

  /// Its present `vrrpd`, or the last one.
  public var process: LabProcess? { state.withLock { $0.vrrp } }

  /// What both daemons have said since the last start.
  public var log: String {
    let (zebra, vrrp) = state.withLock { ($0.zebra, $0.vrrp) }
    return (zebra?.log ?? "") + (vrrp?.log ?? "")
  }

  /// The host's own IPv4 address, and the link-local one of the macvlan.
  public func sources(vrid: UInt8) -> [IPAddress] { [host.ipv4, Macvlan.source(vrid: vrid, host: host)] }

  /// The virtual MAC (RFC 9568 section 7.3): adverts, announcements and answers all come from there.
  public func sender(of file: RouterFile) -> MACAddress { MACAddress(virtualRouter: file.vrid, file.family) }

  /// The file for `vrrpd`; throws what it cannot do.
  public func configuration(of file: RouterFile, priority: UInt8, peers: [Host]) throws(LabError) -> String {
    if let limit = kind.limit(on: file) { throw LabError(limit) }
    return file.textForFRR(priority: priority)
  }

  /// Starts both daemons with a configuration of `vrrpd`, in a folder that no earlier start has used, on macvlans made
  /// for the addresses that the configuration names.
  public func start(_ configuration: String) throws(LabError) {
    state.withLock { $0.starts += 1 }
    let folder = self.folder
    guard mkdir(folder, 0o755) == 0 else { throw LabError(call: "mkdir", on: folder) }
    try writeFile("\(folder)/zebra.conf", "")
    try writeFile("\(folder)/vrrpd.conf", configuration)
    // Both daemons make their sockets after they have become that user.
    guard let user = try? UserDatabase.lookup(Self.userName) else {
      throw LabError("there is no user \(Self.userName)")
    }
    guard chown(folder, user.userID, user.groupID) == 0 else { throw LabError(call: "chown", on: folder) }
    try makeMacvlans(for: configuration)
    let zebra = try host.start(command(Self.zebraProgram), label: "zebra")
    state.withLock { $0.zebra = zebra }
    try waitForSocket(of: zebra)
    let vrrp = try host.start(command(Self.vrrpProgram), label: "vrrpd")
    state.withLock { $0.vrrp = vrrp }
  }

  /// Replaces the file it was started with, without telling it.
  public func replaceConfiguration(_ configuration: String) throws(LabError) {
    try writeFile("\(folder)/vrrpd.conf", configuration)
  }

  /// SIGTERM for `vrrpd`, then for the `zebra` that has to take its macvlans down; returns how `vrrpd` ended.
  @discardableResult
  public func stop() async -> ProcessEnd? {
    let (zebra, vrrp) = state.withLock { ($0.zebra, $0.vrrp) }
    let end = await vrrp?.terminate()
    await zebra?.terminate()
    return end
  }

  private var folder: String { "\(host.folder)/frr-\(state.withLock { $0.starts })" }

  private func command(_ program: String) -> [String] {
    let name = program.split(separator: "/").last.map(String.init) ?? program
    return [
      program, "-f", "\(folder)/\(name).conf", "-i", "\(folder)/\(name).pid", "-z", "\(folder)/zserv", "--vty_socket",
      folder, "-P", "0", "--log", "stdout",
    ]
  }

  /// `vrrpd` asks for its zebra at once, and after that only every ten seconds.
  private func waitForSocket(of zebra: LabProcess) throws(LabError) {
    let end = MonotonicInstant.labNow() + .seconds(60)
    while access("\(folder)/zserv", F_OK) != 0 {
      guard zebra.isRunning, MonotonicInstant.labNow() < end else {
        throw LabError("zebra does not listen:\n\(zebra.log)")
      }
      usleep(2000)
    }
  }

  private func makeMacvlans(for configuration: String) throws(LabError) {
    var addresses: [Macvlan: [IPAddress]] = [:]
    for line in configuration.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 4, words[0] == "vrrp", let vrid = UInt8(words[1]), words[2] == "ip" || words[2] == "ipv6",
        let address = IPAddress(String(words[3]))
      else { continue }
      addresses[Macvlan(vrid: vrid, family: address.family), default: []].append(address)
    }
    try host.removeAddedLinks()
    // Else the kernel answers on eth0 for the macvlan's addresses, even without a carrier there, and asks for others
    // in their name from eth0, so that the LAN learns them at the host's own MAC.
    try host.run("sysctl", "-q", "-w", "net.ipv4.conf.eth0.arp_ignore=1", "net.ipv4.conf.eth0.arp_announce=2")
    for (macvlan, addresses) in addresses {
      try Command.ip(macvlan.commands(addresses: addresses, host: host), namespace: host.namespace)
    }
  }
}

/// The interface of one virtual router in one family.
private struct Macvlan: Hashable {
  var vrid: UInt8
  var family: AddressFamily

  /// Where IPv6 adverts come from, which is the link-local address that was added last; no virtual one is any host's own.
  static func source(vrid: UInt8, host: Host) -> IPAddress {
    IPAddress(v6High: 0xFE80_0000_0000_0000, low: 0xA_0000_0000 | UInt64(vrid) << 16 | UInt64(host.number))
  }

  /// The `ip` commands that make it, without a carrier until `vrrpd` gives it one.
  func commands(addresses: [IPAddress], host: Host) -> [String] {
    let name = "vrrp\(family.rawValue)-\(vrid)"
    let address = MACAddress(virtualRouter: vrid, family)
    let all = addresses + (family == .ipv6 ? [Self.source(vrid: vrid, host: host)] : [])
    let suffix = family == .ipv4 ? "/16 dev \(name)" : "/64 dev \(name) nodad"
    return [
      "link add \(name) link eth0 address \(address) type macvlan mode bridge",
      "link set \(name) addrgenmode none", "link set \(name) protodown on",
    ] + all.map { "address add \($0)\(suffix)" } + ["link set \(name) up"]
  }
}
