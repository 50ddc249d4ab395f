import Glibc
import NetworkTypes
import Synchronization

/// One host of a lab: a network namespace with one interface, `eth0`, on the lab's bridge.
public final class Host: Sendable {
  /// Its name in the lab.
  public let name: String
  /// 1 to 254.
  public let number: UInt8
  /// The name of its network namespace in `/run/netns`.
  public let namespace: String
  /// The link-layer address of `eth0`, which tells whose frame a captured one is.
  public let macAddress: MACAddress
  /// 10.9.0.NUMBER.
  public let ipv4: IPAddress
  /// fd00:9::NUMBER.
  public let ipv6: IPAddress
  /// fe80::9:NUMBER.
  public let linkLocal: IPAddress
  /// A folder for its files.
  public let folder: String
  private let bridgeNamespace: String
  private let port: String
  private let crashed = Atomic<Bool>(false)
  private let processCount = Atomic<Int>(0)
  private let clients = Mutex<[Client]>([])

  init(lab: Lab, name: String, number: UInt8) throws(LabError) {
    self.name = name
    self.number = number
    namespace = "\(lab.name)-\(name)"
    bridgeNamespace = lab.bridgeNamespace
    port = "port\(number)"
    folder = "\(lab.folder)/\(name)"
    macAddress = MACAddress(bits: 0x0200_0009_0000 | UInt64(number))
    ipv4 = LabAddress.ipv4(number)
    ipv6 = LabAddress.ipv6(number)
    linkLocal = LabAddress.linkLocal(number)
    guard mkdir(folder, 0o755) == 0 else { throw LabError(call: "mkdir", on: folder) }
    try Command.ip(["netns add \(namespace)"])
    try Command.ip(["link set lo up"], namespace: namespace)
    try addInterface()
  }

  private var ownAddresses: [String] {
    [
      "address add \(ipv4)/16 dev eth0", "address add \(ipv6)/64 dev eth0 nodad",
      "address add \(linkLocal)/64 dev eth0 nodad",
    ]
  }

  /// Its own address, never a floating one, in a family.
  public func address(_ family: AddressFamily) -> IPAddress { family == .ipv4 ? ipv4 : ipv6 }

  // MARK: Processes

  /// Runs a command in the host, which must succeed, and returns its output.
  @discardableResult
  public func run(_ arguments: String..., limit: Int = 20) throws(LabError) -> String {
    try Command.check(arguments, namespace: namespace, limit: limit)
  }

  /// Runs a command in the host and returns what came of it.
  public func attempt(_ arguments: [String], input: String = "", limit: Int = 20) throws(LabError) -> CommandResult {
    try Command.run(arguments, namespace: namespace, input: input, limit: limit)
  }

  /// Starts a long-running process in the host.
  ///
  /// - Parameter label: names its log in the host's folder.
  public func start(
    _ arguments: [String], label: String, environment: [String: String] = [:]
  ) throws(LabError) -> LabProcess {
    let serial = processCount.wrappingAdd(1, ordering: .relaxed).newValue
    return try LabProcess(
      arguments, namespace: namespace, logPath: "\(folder)/\(label)-\(serial).log", environment: environment)
  }

  /// The processes that live in the host now, by number.
  public func processes() -> [pid_t] {
    var own = stat()
    guard stat("/run/netns/\(namespace)", &own) == 0 else { return [] }
    return listFolder("/proc").compactMap { pid_t($0) }.filter { pid in
      var other = stat()
      return stat("/proc/\(pid)/ns/net", &other) == 0 && other.st_ino == own.st_ino && pid != getpid()
    }
  }

  /// Stops every process of the host where it is, as a hypervisor that pauses it.
  public func freeze() {
    for pid in processes() { kill(pid, SIGSTOP) }
  }

  /// Lets the processes go on after ``freeze()``.
  public func thaw() {
    for pid in processes() { kill(pid, SIGCONT) }
  }

  /// Kills every process in the host, those that are started meanwhile included, and waits for their ends.
  public func killEverything() {
    var killed: Set<pid_t> = []
    let end = MonotonicInstant.labNow() + .seconds(60)
    while MonotonicInstant.labNow() < end {
      let found = processes()
      for pid in found where kill(pid, SIGKILL) == 0 { killed.insert(pid) }
      // A dying process leaves its namespace before it lets go of its files, and of the locks on them.
      killed = killed.filter { !Self.hasEnded($0) }
      if found.isEmpty, killed.isEmpty { return }
      usleep(2000)
    }
  }

  private static func hasEnded(_ pid: pid_t) -> Bool {
    // The command's name stands in parentheses and may hold spaces; the state follows the last one.
    let state = readFile("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ").first
    return state.map { $0 == "Z" || $0 == "X" } ?? true
  }

  // MARK: Clients

  /// Starts asking `target` from this host every `pace`, until the client or the lab is stopped.
  public func ask(_ target: IPAddress, every pace: Nanoseconds = .milliseconds(5)) throws(LabError) -> Client {
    let client = try Client(on: self, asking: target, every: pace)
    clients.withLock { $0.append(client) }
    return client
  }

  /// Stops every client that asks from here: the thread of a forgotten one would go on after its lab.
  func stopClients() {
    let clients = clients.withLock { $0 }
    for client in clients { client.stop() }
  }

  // MARK: Link

  /// Pulls the cable: the bridge's port goes down and the host loses its carrier.
  public func linkDown() throws(LabError) {
    try Command.ip(["link set \(port) down"], namespace: bridgeNamespace)
  }

  /// Plugs the cable in again.
  public func linkUp() throws(LabError) {
    try Command.ip(["link set \(port) up"], namespace: bridgeNamespace)
  }

  /// What of a host's traffic is lost in the bridge while its carrier stays.
  public enum Direction: Sendable, Hashable, CaseIterable {
    /// What it sends.
    case sending
    /// What it should receive.
    case receiving
    /// Everything.
    case both
  }

  /// Loses the host's traffic in the bridge without taking its carrier; replaces an earlier cut.
  public func cut(_ direction: Direction) throws(LabError) {
    try heal()
    var rules = "table bridge \(port) {\n"
    if direction != .receiving {
      rules += "chain sent { type filter hook prerouting priority 0; policy accept;\n iifname \"\(port)\" drop;\n }\n"
    }
    if direction != .sending {
      rules += "chain got { type filter hook postrouting priority 0; policy accept;\n oifname \"\(port)\" drop;\n }\n"
    }
    try Command.check(["nft", "-f", "-"], namespace: bridgeNamespace, input: rules + "}\n")
  }

  /// Ends a ``cut(_:)``.
  public func heal() throws(LabError) {
    _ = try Command.run(["nft", "delete", "table", "bridge", port], namespace: bridgeNamespace)
  }

  /// Lays a cable of its own to another host: an interface `name` on both, 10.10.0.NUMBER and fe80::a:NUMBER on each.
  public func connect(to other: Host, _ name: String) throws(LabError) {
    try Command.ip([
      "link add \(name) netns \(namespace) type veth peer name \(name) netns \(other.namespace)"
    ])
    for host in [self, other] {
      try Command.ip(
        [
          "link set \(name) addrgenmode none", "link set \(name) up",
          "address add 10.10.0.\(host.number)/24 dev \(name)",
          "address add fe80::a:\(host.number)/64 dev \(name) nodad",
        ], namespace: host.namespace)
    }
  }

  /// What `ip monitor` tells of `kind` (`route`, `address`) while `body` runs.
  public func whileWatching(_ kind: String, _ body: () async throws -> Void) async throws -> String {
    let watcher = try start(["/bin/sh", "-c", "exec ip monitor \(kind)"], label: kind)
    try await body()
    _ = await watcher.terminate()
    return readFile(watcher.logPath)
  }

  // MARK: Interface

  /// Takes the interface out of the host: its cable goes with it, and so do its addresses and whatever was made on it.
  public func removeInterface() throws(LabError) { try Command.ip(["link delete eth0"], namespace: namespace) }

  /// Puts an interface in, with the name and the addresses that every one of the host's has; the kernel knows it by another number.
  public func addInterface() throws(LabError) {
    try Command.ip([
      "link add eth0 netns \(namespace) address \(macAddress) type veth peer name \(port) netns \(bridgeNamespace)"
    ])
    try Command.ip(
      ["link set \(port) addrgenmode none", "link set \(port) master br0", "link set \(port) up"],
      namespace: bridgeNamespace)
    try Command.ip(
      ["link set eth0 addrgenmode none", "link set eth0 up"] + ownAddresses, namespace: namespace)
  }

  // MARK: Crash

  /// The whole host dies: from one moment on nothing leaves it, then nothing in it runs any more.
  public func crash() throws(LabError) {
    crashed.store(true, ordering: .relaxed)
    // The kernel may take seconds to put the link down while it is busy with other labs, and the daemons would go on for so long.
    for pid in processes() { kill(pid, SIGSTOP) }
    try linkDown()
    killEverything()
  }

  /// Whether it is down after ``crash()``.
  public var isCrashed: Bool { crashed.load(ordering: .relaxed) }

  /// The host comes back after ``crash()`` as from a boot: its own addresses and nothing else, nothing running yet.
  public func boot() throws(LabError) {
    try removeAddedLinks()
    for setting in ["arp_ignore", "arp_filter", "arp_announce"] {
      try run("sysctl", "-q", "-w", "net.ipv4.conf.eth0.\(setting)=0")
    }
    try Command.ip(["address flush dev eth0"] + ownAddresses, namespace: namespace)
    try linkUp()
    crashed.store(false, ordering: .relaxed)
  }

  /// Removes every interface that the host did not have at first.
  func removeAddedLinks() throws(LabError) {
    let names = try inNamespace(namespace) { () throws(LabError) in
      guard let list = if_nameindex() else { throw LabError(call: "if_nameindex", on: "eth0") }
      defer { if_freenameindex(list) }
      var names: [String] = []
      var entry = list
      while let name = entry.pointee.if_name {
        names.append(String(cString: name))
        entry += 1
      }
      return names
    }
    let added = names.filter { $0 != "lo" && $0 != "eth0" }
    guard !added.isEmpty else { return }
    try Command.ip(added.map { "link delete \($0)" }, namespace: namespace)
  }

  // MARK: Addresses

  /// The addresses on its interfaces, in no order; those that wait on an added interface without a carrier are none.
  public func addresses() throws(LabError) -> Set<IPAddress> {
    try inNamespace(namespace) { () throws(LabError) in
      var list: UnsafeMutablePointer<ifaddrs>?
      guard getifaddrs(&list) == 0 else { throw LabError(call: "getifaddrs", on: "eth0") }
      defer { freeifaddrs(list) }
      var found: Set<IPAddress> = []
      var next = list
      while let entry = next {
        // FRR leaves the addresses in their place and takes the carrier away.
        let isAdded = !["lo", "eth0"].contains(String(cString: entry.pointee.ifa_name))
        let answers = !isAdded || entry.pointee.ifa_flags & UInt32(IFF_RUNNING) != 0
        if answers, let socketAddress = entry.pointee.ifa_addr, let address = IPAddress(socketAddress: socketAddress) {
          found.insert(address)
        }
        next = entry.pointee.ifa_next
      }
      return found
    }
  }

  /// Whether `address` is on its interface.
  public func holds(_ address: IPAddress) throws(LabError) -> Bool { try addresses().contains(address) }

  /// The link-layer address its kernel has learnt for `address`, if it has one.
  public func neighbor(of address: IPAddress) throws(LabError) -> String? {
    let words = try run("ip", "neighbour", "show", "to", "\(address)", "dev", "eth0").split(separator: " ")
    guard let marker = words.firstIndex(of: "lladdr"), words.indices.contains(marker + 1) else { return nil }
    return String(words[marker + 1])
  }
}
