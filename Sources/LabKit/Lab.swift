import Glibc
import NetworkTypes
import Synchronization

/// A LAN of real hosts: network namespaces joined by a bridge, with a capture on it.
///
/// Many labs live side by side in one process, since every name in one starts with the lab's own. Nothing in a lab can
/// reach anything outside it. The whole of it runs inside the namespaces that the Makefile makes, so that what
/// ``close()`` could not remove goes away with them.
public final class Lab: Sendable {
  /// What every namespace of this lab is called first.
  public let name: String
  /// A folder of its own for configurations, logs and captures; removed with the lab.
  public let folder: String
  /// What crosses the bridge.
  public let capture: Capture
  private let members: Mutex<[Host]>
  private static let count = Atomic<Int>(0)

  /// The namespace the bridge lives in.
  var bridgeNamespace: String { "\(name)-lan" }

  /// Makes the bridge and starts the capture.
  public init() throws(LabError) {
    let number = Self.count.wrappingAdd(1, ordering: .relaxed).newValue
    name = "lab\(getpid())x\(number)"
    folder = "/run/martlet-\(name)"
    members = Mutex([])
    mkdir("/run/netns", 0o755)
    // FRR's daemons pass through it as a user of their own.
    guard mkdir(folder, 0o711) == 0 else { throw LabError(call: "mkdir", on: folder) }
    let lan = "\(name)-lan"
    try Command.ip(["netns add \(lan)"])
    try Command.ip(
      [
        // Without snooping adverts reach every port at once, instead of waiting for a membership report.
        "link add br0 type bridge mcast_snooping 0 forward_delay 0 stp_state 0",
        "link set br0 addrgenmode none",
        "link set br0 up promisc on",
      ], namespace: lan)
    capture = try Capture(namespace: lan, interface: "br0")
  }

  /// Adds a host with the addresses and the link-layer address that follow from its number.
  ///
  /// - Parameters:
  ///   - name: what it is called in the lab and in `/run/netns`, after the lab's name.
  ///   - number: 1 to 254, its host number in both families.
  public func addHost(_ name: String, number: UInt8) throws(LabError) -> Host {
    let host = try Host(lab: self, name: name, number: number)
    members.withLock { $0.append(host) }
    return host
  }

  /// All hosts, in the order in which they were added.
  public var hosts: [Host] { members.withLock { $0 } }

  /// The names of the hosts that have `address` on their interface and are not cut off from the LAN by a crash.
  public func holders(of address: IPAddress) throws(LabError) -> [String] {
    var names: [String] = []
    for host in hosts where !host.isCrashed {
      if try host.holds(address) { names.append(host.name) }
    }
    return names
  }

  /// The host that sent a frame, told by its link-layer address.
  public func sender(of frame: CapturedFrame) -> Host? {
    hosts.first { $0.macAddress == frame.source }
  }

  /// Stops every client, kills every process of every host, stops the capture and removes namespaces and folder. May be called twice.
  public func close() {
    let hosts = members.withLock { members in
      defer { members = [] }
      return members
    }
    for host in hosts {
      host.stopClients()
      host.killEverything()
    }
    capture.stop()
    for namespace in hosts.map(\.namespace) + [bridgeNamespace] {
      _ = try? Command.run(["ip", "netns", "delete", namespace])
    }
    removeTree(folder)
  }
}

/// Makes a lab, hands it to `body`, and takes it down however `body` ends.
public func withLab<Value>(
  isolation: isolated (any Actor)? = #isolation, _ body: (Lab) async throws -> Value
) async throws -> Value {
  let lab = try Lab()
  defer { lab.close() }
  return try await body(lab)
}
