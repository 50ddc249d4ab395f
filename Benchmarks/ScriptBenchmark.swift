import Glibc
import LabKit
import NetworkTypes
import VRRPCore

/// Whether 200 scripts at an interval of a second keep their schedule, and what that costs.
///
/// The daemons take turns with the same scripts. A script's schedule is its own start that came earliest, and every second before and
/// after that; what a start is later than that is its lateness.
struct ScriptBenchmark {
  private static let count = 200
  private static let interval = Nanoseconds.seconds(1)
  private static let turns = 3
  private static let span = Nanoseconds.seconds(15)

  /// What one daemon has shown.
  private struct Record {
    /// In milliseconds.
    var lateness: [Double] = []
    /// What a second is longer than a second, for each script and turn, in milliseconds.
    var drift: [Double] = []
    var runs = 0
    var ownTime = 0.0
    var timeWithScripts = 0.0
    var seconds = 0.0
  }

  let kinds: [PeerKind]

  func run() async throws {
    var records: [PeerKind: Record] = [:]
    for _ in 0..<Self.turns {
      for kind in kinds { try await measure(kind, &records[kind, default: Record()]) }
    }
    report(records)
  }

  private func measure(_ kind: PeerKind, _ record: inout Record) async throws {
    let lab = try Lab()
    defer { lab.close() }
    let host = try lab.addHost("a", number: 1)
    let peer = try kind.peer(in: host)
    let starts = try ScriptStarts(on: host, count: Self.count)
    defer { starts.stop() }
    var file = RouterFile(version: .v3)
    for number in 0..<Self.count {
      file.topLines += ["vrrp_script s\(number) {", "script \"\(starts.command(number))\"", "interval 1", "}"]
    }
    file.instanceLines = ["track_script {"] + (0..<Self.count).map { "s\($0)" } + ["}"]
    try peer.start(file.text(for: host, priority: 200, peers: []))
    let run = await eventually(within: .seconds(20)) { starts.all.allSatisfy { $0.count >= 3 } }
    guard run, let process = peer.process?.pid else {
      throw LabError("\(kind) does not run its scripts:\n\(peer.log)")
    }
    let daemons = [process] + host.processes().filter { parent(of: $0) == process }
    let (before, begin) = (daemons.map(Self.processorTime), MonotonicInstant.labNow())
    let end = begin + Self.span
    await eventually(within: Self.span) { MonotonicInstant.labNow() >= end }
    let after = daemons.map(Self.processorTime)
    record.seconds += (MonotonicInstant.labNow() - begin).inSeconds
    for (old, new) in zip(before, after) {
      record.ownTime += new.own - old.own
      record.timeWithScripts += new.own - old.own + new.children - old.children
    }
    for times in starts.all { note(times.filter { $0 >= begin && $0 < end }, &record) }
    await peer.stop()
  }

  private func note(_ times: [MonotonicInstant], _ record: inout Record) {
    record.runs += times.count
    guard let first = times.first, let last = times.last, times.count > 1 else { return }
    let offsets = times.map { time in
      let number = ((time - first).inSeconds / Self.interval.inSeconds).rounded()
      return (time - first).inMilliseconds - number * Self.interval.inMilliseconds
    }
    let earliest = offsets.min() ?? 0
    record.lateness += offsets.map { $0 - earliest }
    record.drift.append((offsets[offsets.count - 1] - offsets[0]) / (last - first).inSeconds)
  }

  /// Seconds of user and system time: its own, and that of the children it has heard the end of.
  private static func processorTime(_ pid: pid_t) -> (own: Double, children: Double) {
    // The command's name stands in parentheses and may hold spaces; the state follows, and the times are nine words later.
    let fields = readFile("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 14 else { return (0, 0) }
    let ticks = fields[11...14].map { Double($0) ?? 0 }
    let second = Double(sysconf(Int32(_SC_CLK_TCK)))
    return ((ticks[0] + ticks[1]) / second, (ticks[2] + ticks[3]) / second)
  }

  private func parent(of pid: pid_t) -> pid_t? {
    let fields = readFile("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
    return fields.dropFirst().first.flatMap { pid_t($0) }
  }

  // MARK: Report

  private func report(_ records: [PeerKind: Record]) {
    print(
      "\n\(Self.count) scripts at interval 1, \(Self.turns) turns of \(fixed(Self.span.inSeconds, decimals: 0)) s each:\n"
    )
    var heading = pad("", 52)
    for kind in kinds { heading += pad(kind.rawValue, 12) }
    print(heading + (kinds.count == 2 ? "ratio" : ""))
    row("late against its schedule, median, ms", records) { at(0.5, of: $0.lateness) }
    row("late against its schedule, 99 of 100, ms", records) { at(0.99, of: $0.lateness) }
    row("late against its schedule, most, ms", records) { $0.lateness.max() ?? 0 }
    row("the schedule's own drift a run, median, ms", records) { at(0.5, of: $0.drift) }
    row("runs of those that were due, %", records) {
      100 * Double($0.runs) / (Double(Self.count) * $0.seconds / Self.interval.inSeconds)
    }
    row("processor time of the daemon, % of a core", records) { 100 * $0.ownTime / $0.seconds }
    row("the same with the scripts, % of a core", records) { 100 * $0.timeWithScripts / $0.seconds }
  }

  private func row(_ title: String, _ records: [PeerKind: Record], _ figure: (Record) -> Double) {
    let figures = kinds.map { figure(records[$0] ?? Record()) }
    var line = pad(title, 52)
    for value in figures { line += pad(fixed(value, decimals: 3), 12) }
    if figures.count == 2 { line += figures[0] == 0 ? "-" : fixed(figures[1] / figures[0], decimals: 3) }
    print(line)
  }

  private func at(_ share: Double, of values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
  }
}
