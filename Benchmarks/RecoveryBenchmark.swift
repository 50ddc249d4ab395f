import Glibc
import LabKit
import NetworkTypes

/// What many routers cost: memory of one of two hosts, and the time from an engine's SIGKILL to its successor's first advert.
///
/// Both hosts are master of routers of their own, as owners of the addresses, so nothing waits for an election. One router on the
/// captured network sends every hundredth of a second; the others, on links of the host's own, send seldom.
struct RecoveryBenchmark {
  private struct Size {
    var routers: Int
    var rounds: Int
  }

  private static let sizes = [
    Size(routers: 10, rounds: 7), Size(routers: 4_000, rounds: 5), Size(routers: 65_024, rounds: 3),
  ]
  private static let perLink = 253

  /// Identifier of the router on the captured network: another one for each host.
  private static func vrid(_ host: Host) -> UInt8 { UInt8.max - host.number + 1 }

  let kinds: [PeerKind]
  let most: Int

  func run() async throws {
    print(
      "\nMemory of one of two hosts (PSS of all its processes), and an engine's SIGKILL to its successor's first advert:\n"
    )
    for size in Self.sizes where size.routers <= most {
      for kind in kinds { try await measure(kind, size) }
    }
  }

  private func measure(_ kind: PeerKind, _ size: Size) async throws {
    let lab = try Lab()
    defer { lab.close() }
    let peers = try ["a", "b"].enumerated().map { try kind.peer(in: lab.addHost($1, number: UInt8($0 + 1))) }
    for peer in peers { try start(peer, size.routers) }
    for peer in peers { try await serves(peer, size.routers) }
    // What starting took is given back within moments.
    try await pause(.seconds(5))
    let memory = Self.memory(of: peers[0].host)
    var line =
      "\(pad(kind.rawValue, 12))\(pad("\(size.routers) routers", 16))\(pad(Self.mebibytes(memory.values.reduce(0, +)), 12))"
    line += memory.sorted { $0.key < $1.key }.map { "\($0.key) \(Self.mebibytes($0.value))" }.joined(separator: ", ")
    print(line)
    guard let martlet = peers[0] as? MartletPeer else { return }
    var times: [Nanoseconds] = []
    for _ in 0..<size.rounds { times.append(try await recovery(of: martlet, in: lab, size.routers)) }
    times.sort()
    print(
      "\(pad("", 28))first advert after SIGKILL: \(times[times.count / 2].inMilliseconds) ms median, \(times[times.count - 1].inMilliseconds) ms longest of \(times.count)"
    )
  }

  private func start(_ peer: any Peer, _ count: Int) throws {
    var commands: [String] = []
    var text = instance(
      "first", interface: "eth0", identifier: Self.vrid(peer.host), interval: "0.01",
      address: "10.9.\(100 + peer.host.number).1/16")
    for number in 0..<count - 1 {
      let (link, position) = number.quotientAndRemainder(dividingBy: Self.perLink)
      let name = "many\(link)"
      if position == 0 {
        commands += [
          "link add \(name) type veth peer name \(name)b", "link set \(name) up", "link set \(name)b up",
          "address add 10.\(128 + link / 256).\(link % 256).255/32 dev \(name)",
        ]
      }
      text += instance(
        "r\(number)", interface: name, identifier: UInt8(1 + position), interval: "10",
        address: "10.\(160 + link / 256).\(link % 256).\(1 + position)/32")
    }
    let made = try peer.host.attempt(["ip", "-batch", "-"], input: commands.joined(separator: "\n") + "\n", limit: 60)
    guard made.succeeded else { throw LabError("the links could not be made: \(made.errors)") }
    try peer.start(text)
  }

  private func instance(
    _ name: String, interface: String, identifier: UInt8, interval: String, address: String
  ) -> String {
    """
    vrrp_instance \(name) {
      version 3
      interface \(interface)
      virtual_router_id \(identifier)
      priority 255
      advert_int \(interval)
      virtual_ipaddress {
        \(address)
      }
    }

    """
  }

  private func serves(_ peer: any Peer, _ count: Int) async throws {
    let host = peer.host
    let all = await eventually(within: .seconds(120), every: .milliseconds(500)) {
      (try? Self.floating(on: host)) ?? 0 >= count
    }
    guard all else { throw LabError("\(peer.kind.rawValue) did not get \(count) addresses: \(peer.log.suffix(1000))") }
  }

  private static func floating(on host: Host) throws -> Int {
    let addresses = try host.attempt(["ip", "-4", "-o", "address", "show"], limit: 60).output
    return addresses.split(separator: "\n").count { $0.contains(" 10.16") || $0.contains(" 10.9.10") }
  }

  private func recovery(of peer: MartletPeer, in lab: Lab, _ count: Int) async throws -> Nanoseconds {
    guard let engine = peer.rolePID("engine") else { throw LabError("no engine: \(peer.log.suffix(1000))") }
    let mac = peer.host.macAddress
    let begin = MonotonicInstant.labNow()
    kill(engine, SIGKILL)
    var first: MonotonicInstant?
    await eventually(within: .seconds(60), every: .milliseconds(20)) {
      guard let next = peer.rolePID("engine"), next != engine else { return false }
      // The dead engine's last adverts may be on their way still.
      first =
        lab.capture.adverts(vrid: Self.vrid(peer.host), since: begin + .milliseconds(1)).first { $0.sender == mac }?
        .time
      return first != nil
    }
    guard let first else { throw LabError("no advert from another engine: \(peer.log.suffix(1000))") }
    // Three ends within ten seconds are too many for the supervisor.
    try await pause(.milliseconds(5_200))
    return first - begin
  }

  // MARK: Memory

  /// Bytes by the role of the process.
  private static func memory(of host: Host) -> [String: Int] {
    var found: [String: Int] = [:]
    for pid in host.processes() {
      let words = readFile("/proc/\(pid)/cmdline").split(separator: "\0").map(String.init)
      let role = ["engine", "prober", "starter"].first(where: words.contains) ?? "main"
      let line = readFile("/proc/\(pid)/smaps_rollup").split(separator: "\n").first { $0.hasPrefix("Pss:") }
      found[role, default: 0] += (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }
    return found
  }

  private static func mebibytes(_ bytes: Int) -> String { "\(Double(bytes * 10 / 1_048_576) / 10) MiB" }
}
