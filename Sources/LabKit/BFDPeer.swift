import Glibc
import LinuxSystem
import NetworkTypes
import Synchronization

/// FRR's `bfdd` as Debian packages it, with the `zebra` it needs: the other end of BFD sessions.
public final class BFDPeer: Sendable {
  /// One session.
  public struct Session: Sendable, Hashable {
    /// The other end.
    public var neighbor: IPAddress
    /// Its own address; needed for IPv6 and over several hops.
    public var local: IPAddress
    /// Whether the other end may be several hops away.
    public var isMultihop = false
    /// Least interval both ways, in milliseconds, from 10 on.
    public var interval = 10
    /// Packets in a row that the other end may miss, less one.
    public var multiplier = 5

    /// A session at 10 ms.
    public init(with neighbor: IPAddress, from local: IPAddress, isMultihop: Bool = false) {
      self.neighbor = neighbor
      self.local = local
      self.isMultihop = isMultihop
    }

    fileprivate var lines: [String] {
      [
        " peer \(neighbor)\(isMultihop ? " multihop" : "") local-address \(local)",
        "  detect-multiplier \(multiplier)", "  receive-interval \(interval)", "  transmit-interval \(interval)",
        "  no shutdown", " !",
      ]
    }
  }

  static let program = "/usr/lib/frr/bfdd"

  /// Where it runs.
  public let host: Host
  private let state = Mutex<(zebra: LabProcess?, bfd: LabProcess?)>((nil, nil))

  /// `bfdd` in `host`, not started yet.
  public init(host: Host) {
    self.host = host
  }

  /// Its present process, or the last one.
  public var process: LabProcess? { state.withLock { $0.bfd } }

  /// What both daemons have said.
  public var log: String { state.withLock { ($0.zebra?.log ?? "") + ($0.bfd?.log ?? "") } }

  private var folder: String { "\(host.folder)/bfd" }

  /// Starts both daemons; may be called once.
  public func start(_ sessions: [Session]) throws(LabError) {
    guard mkdir(folder, 0o755) == 0 else { throw LabError(call: "mkdir", on: folder) }
    try writeFile("\(folder)/zebra.conf", "")
    try writeFile("\(folder)/bfdd.conf", (["bfd"] + sessions.flatMap(\.lines)).joined(separator: "\n") + "\n")
    // Both daemons make their sockets after they have become that user.
    guard let user = try? UserDatabase.lookup(FRRPeer.userName) else {
      throw LabError("there is no user \(FRRPeer.userName)")
    }
    guard chown(folder, user.userID, user.groupID) == 0 else { throw LabError(call: "chown", on: folder) }
    let zebra = try host.start(command(FRRPeer.zebraProgram), label: "zebra")
    state.withLock { $0.zebra = zebra }
    try waitForSocket(of: zebra)
    // As punctual as the other end: what is late on a machine with other work is not the peer's to be blamed for.
    let control = ["--bfdctl", "\(folder)/bfdd.sock"]
    let bfd = try host.start(["chrt", "--rr", "20"] + command(Self.program) + control, label: "bfdd")
    state.withLock { $0.bfd = bfd }
  }

  /// What its command line answers.
  public func ask(_ question: String) throws(LabError) -> String {
    try Command.check(["vtysh", "--vty_socket", folder, "-c", question])
  }

  /// Stops it where it is.
  public func freeze() { process?.signal(SIGSTOP) }

  /// Lets it go on.
  public func thaw() { process?.signal(SIGCONT) }

  private func command(_ program: String) -> [String] {
    let name = program.split(separator: "/").last.map(String.init) ?? program
    return [
      program, "-f", "\(folder)/\(name).conf", "-i", "\(folder)/\(name).pid", "-z", "\(folder)/zserv", "--vty_socket",
      folder, "-P", "0", "--log", "stdout",
    ]
  }

  private func waitForSocket(of zebra: LabProcess) throws(LabError) {
    let end = MonotonicInstant.labNow() + .seconds(5)
    while access("\(folder)/zserv", F_OK) != 0 {
      guard zebra.isRunning, MonotonicInstant.labNow() < end else {
        throw LabError("zebra does not listen:\n\(zebra.log)")
      }
      usleep(2000)
    }
  }
}
