import HealthCore
import NetworkTypes
import PrintableText
import VRRPCore

extension Status {
  /// A table for people: the engine in one line, then routers, groups, trackers and BFD sessions.
  public var text: String {
    var lines = [engineLine, ""]
    lines += Self.table(
      ["ROUTER", "VRID", "STATE", "PRIO", "MASTER", "ADDRESSES", "SINCE"], routers.map(row))
    let reasons = routers.filter { $0.transition != nil }
    if !reasons.isEmpty {
      lines.append("")
      for router in reasons {
        guard let transition = router.transition else { continue }
        lines.append(
          "\(router.names.name): \(transition.from.label) → \(transition.to.label) \(ago(transition.at)): "
            + router.sentence)
      }
    }
    lines += routers.flatMap(remarks)
    if !groups.isEmpty {
      lines.append("")
      lines += Self.table(
        ["GROUP", "STATE", "MEMBERS"],
        groups.map { group in
          let members = group.members.filter(routers.indices.contains).map { routers[$0].names.name }
          return [group.name, state(of: group)?.label ?? "changing", members.joined(separator: " ")]
        })
    }
    if !trackers.isEmpty {
      lines.append("")
      lines += Self.table(["TRACKER", "STATUS", "SINCE", "REASON"], trackers.map(row))
    }
    if !sessions.isEmpty {
      lines.append("")
      lines += Self.table(
        ["BFD SESSION", "NEIGHBOUR", "STATE", "SENDS EVERY", "DETECTS IN", "SINCE", "LAST TROUBLE"], sessions.map(row))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var engineLine: String {
    let up = Spoken.duration(nanoseconds: uptime.rawValue)
    let heard = Spoken.duration(nanoseconds: heartbeatAge.rawValue)
    switch health {
    case .running: return "engine \(enginePID) running, up \(up)" + troubles
    case .starting: return "engine \(enginePID) starting: it has not taken over yet" + troubles
    case .silent: return "engine \(enginePID) SILENT for \(heard): below is what it last wrote" + troubles
    case .gone: return "engine \(enginePID) GONE, last heartbeat \(heard) ago: below is what it last wrote" + troubles
    }
  }

  private var troubles: String {
    var text = ""
    if droppedMessages > 0 { text += ", \(droppedMessages) log messages lost" }
    if overruns > 0 { text += ", \(overruns) netlink overruns" }
    if unknownRouterDrops > 0 { text += ", \(unknownRouterDrops) adverts for unknown VRIDs" }
    return text
  }

  private func row(_ router: Router) -> [String] {
    let snapshot = router.snapshot
    let base = router.description?.basePriority
    let priority =
      base == snapshot.effectivePriority || base == nil
      ? "\(snapshot.effectivePriority)" : "\(snapshot.effectivePriority) (of \(base ?? .standard))"
    let owned = router.addresses.filter(\.isOwned).count
    let first = router.addresses.first.map { "\($0.prefix.address)/\($0.prefix.length)" } ?? "-"
    let more = router.addresses.count > 1 ? " +\(router.addresses.count - 1)" : ""
    let held = snapshot.state == .master && owned < router.addresses.count ? " (\(owned) held)" : ""
    return [
      "\(router.names.name) on \(router.names.interface)",
      router.description.map { "\($0.identity.virtualRouterID)" } ?? "-", snapshot.state.label, priority,
      master(of: router), first + more + held,
      router.transition.map { Spoken.duration(nanoseconds: (now - $0.at).rawValue) } ?? "-",
    ]
  }

  private func master(of router: Router) -> String {
    if router.snapshot.state == .master { return "this host" }
    guard let master = router.snapshot.master else { return "-" }
    guard let heard = router.snapshot.lastHeard else { return "\(master)" }
    return "\(master), heard \(ago(heard))"
  }

  private func row(_ tracker: Tracker) -> [String] {
    let since = tracker.status == .unknown ? "-" : Spoken.duration(nanoseconds: (now - tracker.since).rawValue)
    return [
      "\(tracker.names.kind) \(tracker.names.name)", TrackerVerdict.label(tracker.status, tracker.condition), since,
      tracker.reason + (tracker.reason.isEmpty ? "" : tracker.answeredAt.map { " (\(ago($0)))" } ?? ""),
    ]
  }

  private func ago(_ instant: MonotonicInstant) -> String {
    Spoken.duration(nanoseconds: (now - instant).rawValue) + " ago"
  }

  /// Rows under a heading, each column as wide as its widest cell.
  private static func table(_ heading: [String], _ rows: [[String]]) -> [String] {
    let widths = heading.indices.map { column in
      ([heading] + rows).map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
    }
    return ([heading] + rows).map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        // A check's output may hold anything.
        line += cell.printable("?")
        guard column < row.count - 1 else { break }
        line += String(repeating: " ", count: max(0, widths[column] - cell.count) + 2)
      }
      return line
    }
  }
}
