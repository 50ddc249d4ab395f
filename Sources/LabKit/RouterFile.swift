import NetworkTypes
import VRRPCore

/// A pair's virtual router, from which each host's configuration file is written.
///
/// The text is the same for keepalived and for martlet, so whichever reads it is asked for the same.
public struct RouterFile: Sendable, Hashable {
  /// How adverts reach the other host.
  public enum Transport: String, Sendable, Hashable, CaseIterable {
    case multicast
    case unicast
  }

  /// A check that fails while the host's folder holds a file named `sick`.
  public struct FlagCheck: Sendable, Hashable {
    /// What a failure does to the priority; 0 makes it a fault.
    public var weight: Int

    /// A check of the given weight.
    public init(weight: Int = 0) {
      self.weight = weight
    }

    /// The file that makes the host's check fail.
    public func path(on host: Host) -> String { "\(host.folder)/sick" }
  }

  /// Version on the wire.
  public var version: ProtocolVersion
  /// Family of the adverts and the addresses.
  public var family: AddressFamily
  /// Multicast, or unicast to the other hosts.
  public var transport: Transport
  /// From advert to advert; whole seconds in version 2.
  public var interval: Nanoseconds
  /// Virtual router identifier of the first router; the others count up.
  public var vrid: UInt8 = 51
  /// How many virtual routers there are, each with an address of its own.
  public var routers = 1
  /// Whether a higher priority lets a lower one stay master.
  public var noPreempt = false
  /// The password of version 2.
  public var password: String?
  /// Whether the password signs adverts (`auth_type AH`) instead of standing in them (`PASS`).
  public var isSigned = false
  /// Whether each router has a virtual MAC address of its own (`use_vmac`), which carries its addresses.
  public var usesVirtualMAC = false
  /// What stands after `use_vmac`: a name for the interface, and an address.
  public var virtualMACWords = ""
  /// What else stands behind each address.
  public var addressWords = ""
  /// The check each host runs.
  public var check: FlagCheck?
  /// A script that is told of each transition.
  public var notify: String?
  /// Lines put into each `vrrp_instance` as they are.
  public var instanceLines: [String] = []
  /// Lines put into `global_defs` as they are.
  public var globalLines: [String] = []
  /// Lines put outside all blocks as they are.
  public var topLines: [String] = []

  /// A router with one address.
  public init(
    version: ProtocolVersion, family: AddressFamily = .ipv4, transport: Transport = .multicast,
    interval: Nanoseconds? = nil
  ) {
    self.version = version
    self.family = family
    self.transport = transport
    self.interval = interval ?? (version == .v2 ? .seconds(1) : .milliseconds(200))
  }

  /// The floating address of the router at `index`: 10.9.1.x or fd00:9::1:x, in the hosts' own network.
  public func address(_ index: Int = 0) -> IPAddress {
    switch family {
    case .ipv4: IPAddress(v4: 0x0A09_0100 + UInt32(index))
    case .ipv6: IPAddress(v6High: 0xFD00_0009_0000_0000, low: 0x1_0000 + UInt64(index))
    }
  }

  /// All addresses of the router at `index`; the first one of an IPv6 router is link-local (RFC 9568 section 5.2.9).
  func addresses(_ index: Int) -> [IPAddress] {
    let linkLocal = IPAddress(v6High: 0xFE80_0000_0000_0000, low: 0x5_0000 | UInt64(index + 1))
    return family == .ipv4 ? [address(index)] : [linkLocal, address(index)]
  }

  /// `Skew_Time` of a backup: (256 - priority) / 256 seconds in version 2 (RFC 3768 section 6.1) and
  /// (256 - priority) / 256 intervals in version 3 (RFC 9568 section 6.1).
  public func skewTime(priority: UInt8) -> Nanoseconds {
    let unit = version == .v2 ? Nanoseconds.seconds(1) : interval
    return Nanoseconds(rawValue: unit.rawValue * Int64(256 - Int(priority)) / 256)
  }

  /// `Master_Down_Interval` of a backup: three intervals and the skew time.
  public func masterDownInterval(priority: UInt8) -> Nanoseconds {
    interval * 3 + skewTime(priority: priority)
  }

  /// The file for one host of the router.
  public func text(for host: Host, priority: UInt8, peers: [Host]) -> String {
    var text = "global_defs {\n  router_id \(host.name)\n  script_user root\n"
    for line in globalLines { text += "  \(line)\n" }
    text += "}\n"
    for line in topLines { text += "\(line)\n" }
    if let check {
      text += """
        vrrp_script healthy {
          script "/usr/bin/test ! -e \(check.path(on: host))"
          interval 1
          timeout 2
          rise 1
          fall 1
          weight \(check.weight)
        }

        """
    }
    for index in 0..<routers { text += instance(index, on: host, priority: priority, peers: peers) }
    return text
  }

  /// The name of the `vrrp_instance` at `index`.
  public func instanceName(_ index: Int = 0) -> String { "VI_\(index + 1)" }

  private func instance(_ index: Int, on host: Host, priority: UInt8, peers: [Host]) -> String {
    var lines = [
      "state BACKUP", "interface eth0", "virtual_router_id \(Int(vrid) + index)", "priority \(priority)",
      "version \(version.rawValue)", "advert_int \(seconds)",
    ]
    if noPreempt { lines.append("nopreempt") }
    if usesVirtualMAC { lines.append("use_vmac \(virtualMACWords)") }
    if let password {
      lines += ["authentication {", "  auth_type \(isSigned ? "AH" : "PASS")", "  auth_pass \(password)", "}"]
    }
    if transport == .unicast {
      lines.append("unicast_src_ip \(host.address(family))")
      lines += ["unicast_peer {"] + peers.map { "  \($0.address(family))" } + ["}"]
    }
    lines.append("virtual_ipaddress {")
    let place = usesVirtualMAC ? "" : " dev eth0"
    lines += addresses(index).map { "  \($0)/\(family == .ipv4 ? 16 : 64)\(place)\(addressWords)" }
    lines.append("}")
    if check != nil { lines += ["track_script {", "  healthy", "}"] }
    if let notify { lines.append("notify \(notify)") }
    lines += instanceLines
    return "vrrp_instance \(instanceName(index)) {\n" + lines.map { "  \($0)\n" }.joined() + "}\n"
  }

  private var seconds: String {
    interval.rawValue % 1_000_000_000 == 0
      ? "\(interval.rawValue / 1_000_000_000)" : fixed(interval.inSeconds, decimals: 2)
  }
}
