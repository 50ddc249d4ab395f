import Glibc
import NetworkTypes
import Synchronization

/// A VRRP daemon in a host, whoever wrote it.
public protocol Peer: Sendable {
  /// What it is, for people.
  var kind: PeerKind { get }
  /// Where it runs.
  var host: Host { get }
  /// Its present process, or the last one.
  var process: LabProcess? { get }
  /// Starts it with a configuration, in folders that no earlier start has used.
  func start(_ configuration: String) throws(LabError)
  /// Replaces the file it was started with, without telling it.
  func replaceConfiguration(_ configuration: String) throws(LabError)
  /// What it is to be started with to be one host of the routers in `file`.
  func configuration(of file: RouterFile, priority: UInt8, peers: [Host]) throws(LabError) -> String
  /// The addresses that its adverts for a virtual router come from; no other host's do.
  func sources(vrid: UInt8) -> [IPAddress]
  /// The link-layer address that it answers from for the addresses of a router in `file`.
  func sender(of file: RouterFile) -> MACAddress
  /// Whether it has said since its last start that it is a backup.
  var saysBackup: Bool { get }
  /// SIGTERM, and wait until it is gone; returns how it ended.
  @discardableResult
  func stop() async -> ProcessEnd?
  /// All it has said since its last start.
  var log: String { get }
}

extension Peer {
  /// The text that keepalived and martlet both read.
  public func configuration(of file: RouterFile, priority: UInt8, peers: [Host]) throws(LabError) -> String {
    file.text(for: host, priority: priority, peers: peers)
  }

  /// The host's own.
  public func sources(vrid: UInt8) -> [IPAddress] { [host.ipv4, host.ipv6, host.linkLocal] }

  /// The host's own, unless the router has a virtual one.
  public func sender(of file: RouterFile) -> MACAddress {
    file.usesVirtualMAC ? MACAddress(virtualRouter: file.vrid, file.family) : host.macAddress
  }

  /// By the words that its kind has for it.
  public var saysBackup: Bool {
    switch kind {
    case .martlet: log.contains("→ BACKUP")
    case .keepalived: log.contains("Entering BACKUP STATE")
    case .frr: log.contains("Initialize -> Backup")
    }
  }

  /// SIGTERM, and wait until it is gone; returns how it ended.
  @discardableResult
  public func stop() async -> ProcessEnd? { await process?.terminate() }

  /// SIGHUP.
  public func reload() { process?.signal(SIGHUP) }

  /// All it has said since its last start.
  public var log: String { process?.log ?? "" }
}

/// The daemons a lab can run.
public enum PeerKind: String, Sendable, Hashable, CaseIterable {
  case martlet
  case keepalived
  case frr

  /// A daemon of this kind in `host`, not started yet.
  public func peer(in host: Host) throws(LabError) -> any Peer {
    switch self {
    case .martlet: try MartletPeer(host: host)
    case .keepalived: KeepalivedPeer(host: host)
    case .frr: FRRPeer(host: host)
    }
  }

  /// What the machine must have for it.
  public var need: LabEnvironment.Need {
    switch self {
    case .martlet: .martlet
    case .keepalived: .keepalived
    case .frr: .frr
    }
  }

  /// Name and version as the daemon states them; `nil` when it states none or is not there.
  public var version: String? {
    switch self {
    case .martlet:
      return LabEnvironment.martletBinary.flatMap { try? Command.run([$0, "--version"]) }?.firstLine
    case .keepalived:
      // It writes to standard error.
      return (try? Command.run([LabEnvironment.keepalivedProgram, "--version"]))?.firstLine
    case .frr: return (try? Command.run([FRRPeer.vrrpProgram, "--version"]))?.firstLine
    }
  }
}

/// keepalived as Debian packages it.
public final class KeepalivedPeer: Peer {
  /// keepalived.
  public let kind = PeerKind.keepalived
  /// Where it runs.
  public let host: Host
  private let state = Mutex<(process: LabProcess?, starts: Int)>((nil, 0))

  /// keepalived in `host`, not started yet.
  public init(host: Host) {
    self.host = host
  }

  /// Its present process, or the last one.
  public var process: LabProcess? { state.withLock { $0.process } }

  private var configurationPath: String { "\(host.folder)/keepalived.conf" }

  /// Starts it with a configuration, in folders that no earlier start has used.
  public func start(_ configuration: String) throws(LabError) {
    let serial = state.withLock { state in
      state.starts += 1
      return state.starts
    }
    try writeFile(configurationPath, configuration)
    // A stale pid file whose number lives again would keep it from starting.
    let folder = "\(host.folder)/keepalived-\(serial)"
    guard mkdir(folder, 0o700) == 0 else { throw LabError(call: "mkdir", on: folder) }
    let process = try host.start(
      [
        LabEnvironment.keepalivedProgram, "-n", "-l", "-D", "-f", configurationPath, "-p", "\(folder)/main.pid", "-r",
        "\(folder)/vrrp.pid", "-c", "\(folder)/checkers.pid", "-b", "\(folder)/bfd.pid",
      ], label: "keepalived")
    state.withLock { $0.process = process }
  }

  /// Replaces the file it was started with, without telling it.
  public func replaceConfiguration(_ configuration: String) throws(LabError) {
    try writeFile(configurationPath, configuration)
  }
}

/// The martlet that was built beside the tests, or that `MARTLET_BINARY` names.
public final class MartletPeer: Peer {
  /// martlet.
  public let kind = PeerKind.martlet
  /// Where it runs.
  public let host: Host
  /// The program.
  public let binary: String
  private let state = Mutex<(process: LabProcess?, starts: Int)>((nil, 0))

  private let name: String
  private let launcher: [String]

  /// martlet in `host`, not started yet.
  /// - Parameters:
  ///   - name: what tells it from another in the same host.
  ///   - launcher: what it is started through, as `setpriv` with its arguments.
  public init(host: Host, name: String = "martlet", launcher: [String] = []) throws(LabError) {
    guard let binary = LabEnvironment.martletBinary else { throw LabError("the martlet binary is missing") }
    self.launcher = launcher
    self.host = host
    self.binary = binary
    self.name = name
  }

  /// Its present process, or the last one.
  public var process: LabProcess? { state.withLock { $0.process } }

  /// Where its sockets are.
  public var runtimeDirectory: String { "\(host.folder)/\(name)-\(state.withLock { $0.starts })" }

  /// The file it reads.
  public var configurationPath: String { "\(host.folder)/\(name).conf" }

  /// Starts it with a configuration, in folders that no earlier start has used.
  public func start(_ configuration: String) throws(LabError) {
    state.withLock { $0.starts += 1 }
    let directory = runtimeDirectory
    guard mkdir(directory, 0o700) == 0 else { throw LabError(call: "mkdir", on: directory) }
    try writeFile(configurationPath, configuration)
    let process = try host.start(
      // In a lab of an ordinary user there is only root, and it stays root there.
      launcher + [
        binary, "run", "-f", configurationPath, "--runtime-directory", directory, "--log-format", "text", "--user",
        "nobody",
      ],
      label: "martlet")
    state.withLock { $0.process = process }
  }

  /// Replaces the file it was started with, without telling it.
  public func replaceConfiguration(_ configuration: String) throws(LabError) {
    try writeFile(configurationPath, configuration)
  }

  /// Runs another of its commands against the running daemon: `status`, `reload` and the like.
  public func command(_ arguments: String...) throws(LabError) -> CommandResult {
    try host.attempt([binary] + arguments + ["--runtime-directory", runtimeDirectory])
  }

  /// What `martlet status --json` prints.
  public func statusJSON() throws(LabError) -> String {
    // On a host with other labs nobody is to be blamed for a second.
    let result = try command("status", "--json", "--timeout", "30")
    guard result.succeeded else { throw LabError("martlet status: \(result.end): \(result.errors)") }
    return result.output
  }

  /// The process of a role (`engine`, `prober`), a child of the daemon; `nil` while there is none.
  public func rolePID(_ role: String) -> pid_t? { rolePIDs(role).first }

  /// All processes of a role: at a hand-over there are two engines for a moment.
  public func rolePIDs(_ role: String) -> [pid_t] {
    guard let supervisor = process?.pid else { return [] }
    return host.processes().filter { pid in
      let arguments = readFile("/proc/\(pid)/cmdline").split(separator: "\0").map(String.init)
      return arguments.contains(role) && Self.parent(of: pid) == supervisor
    }
  }

  /// What the daemon and all its processes take: of memory what is their own, which a leak would add to, and all of it with its share of
  /// the program's pages, which come and go.
  public func footprint() -> (descriptors: Int, ownBytes: Int, proportionalBytes: Int) {
    var footprint = (descriptors: 0, ownBytes: 0, proportionalBytes: 0)
    for pid in host.processes() {
      footprint.descriptors += listFolder("/proc/\(pid)/fd").count
      let lines = readFile("/proc/\(pid)/smaps_rollup").split(separator: "\n")
      func kibibytes(_ name: String) -> Int {
        let words = lines.first { $0.hasPrefix(name) }?.split(separator: " ") ?? []
        return words.dropFirst().first.flatMap { Int($0) } ?? 0
      }
      footprint.ownBytes += (kibibytes("Anonymous:") + kibibytes("Pss_Shmem:")) * 1024
      footprint.proportionalBytes += kibibytes("Pss:") * 1024
    }
    return footprint
  }

  private static func parent(of pid: pid_t) -> pid_t? {
    // The command's name stands in parentheses and may hold spaces; state and parent follow the last one.
    let fields = readFile("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
    return fields.dropFirst().first.flatMap { pid_t($0) }
  }
}
