import HealthCore
import NetworkTypes
import PrintableText
import VRRPCore

extension Status {
  /// Status as tables: the engine in one line, the warnings, then routers, groups, trackers and BFD sessions.
  /// - Parameter isWide: true if all addresses of each router are listed.
  public func text(isWide: Bool = false) -> String {
    var lines = [engineLine]
    let warnings = warnings
    if !warnings.isEmpty {
      lines += ["", "WARNING"]
      lines += warnings.map { "  " + ($0.router.map { "\($0): " } ?? "") + $0.sentence }
    }
    lines.append("")
    lines += Self.table(
      ["ROUTER", "VRID", "STATE", "PRIORITY", "MASTER", "HELD", "ADDRESSES", "SINCE"],
      routers.map { row($0, isWide: isWide) })
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
      lines += Self.table(["TRACKER", "STATUS", "SINCE", "ANSWERED", "REASON"], trackers.map(row))
    }
    if !sessions.isEmpty {
      lines.append("")
      lines += Self.table(
        ["BFD SESSION", "NEIGHBOUR", "STATE", "SENDS EVERY", "DETECTS IN", "SINCE", "LAST TROUBLE"], sessions.map(row))
    }
    if !failedNotifications.isEmpty {
      lines.append("")
      lines += Self.table(["FAILED NOTIFICATION", "STATE", "WHEN", "COMMAND", "OUTCOME"], failedNotifications.map(row))
    }
    // Names come from the configuration, and a check's output may contain any character.
    return lines.map { $0.printable("?") + "\n" }.joined()
  }

  private var engineLine: String {
    let up = DurationText.duration(nanoseconds: uptime.rawValue)
    let heard = DurationText.duration(nanoseconds: heartbeatAge.rawValue)
    let engine = "engine (process \(enginePID))"
    switch health {
    case .running: return "\(engine): running, up \(up)" + troubles
    case .starting: return "\(engine): starting, it has not taken over yet" + troubles
    case .silent: return "\(engine): SILENT for \(heard); below is what it wrote last" + troubles
    case .gone: return "\(engine): GONE, it was last alive \(heard) ago; below is what it wrote last" + troubles
    }
  }

  private var troubles: String {
    var text = ""
    if droppedMessages > 0 { text += ", \(droppedMessages) log messages lost" }
    if overruns > 0 { text += ", \(overruns) times the kernel's messages were lost" }
    if unknownRouterDrops > 0 { text += ", \(unknownRouterDrops) adverts heard of VRIDs that are not configured here" }
    return text
  }

  private func row(_ router: Router, isWide: Bool) -> [String] {
    let snapshot = router.snapshot
    let base = router.description?.basePriority
    let priority =
      base == snapshot.effectivePriority || base == nil
      ? "\(snapshot.effectivePriority)" : "\(snapshot.effectivePriority) (configured: \(base ?? .standard))"
    return [
      "\(router.names.name) on \(router.names.interface)",
      router.description.map { "\($0.identity.virtualRouterID)" } ?? "-", snapshot.state.label, priority,
      master(of: router), "\(router.heldCount) of \(router.addresses.count)",
      Self.addresses(of: router, isWide: isWide),
      router.transition.map { DurationText.duration(nanoseconds: (now - $0.at).rawValue) } ?? "-",
    ]
  }

  /// Addresses of the router when it is master, with the number of those that this host holds.
  private static func addresses(of router: Router, isWide: Bool) -> String {
    let isInPart = router.heldCount > 0 && router.heldCount < router.addresses.count
    let shown = isWide ? router.addresses[...] : router.addresses.prefix(1)
    let names = shown.map { address in
      "\(address.prefix.address)/\(address.prefix.length)"
        + (isWide && isInPart && !address.isOwned ? " (not held)" : "")
    }
    let more = router.addresses.count - shown.count
    return names.isEmpty ? "-" : names.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }

  private func row(_ failure: FailedNotification) -> [String] {
    [failure.subject, failure.state, ago(failure.at), failure.command, failure.outcome]
  }

  private func master(of router: Router) -> String {
    if router.snapshot.state == .master { return "this host" }
    guard let master = router.snapshot.master else { return "-" }
    guard let heard = router.snapshot.lastHeard else { return "\(master)" }
    return "\(master), heard \(ago(heard))"
  }

  private func row(_ tracker: Tracker) -> [String] {
    let isKnown = tracker.finding.status != .unknown
    let since = isKnown ? DurationText.duration(nanoseconds: (now - tracker.since).rawValue) : "-"
    return ["\(tracker.name)", tracker.finding.label, since, tracker.answeredAt.map(ago) ?? "-", tracker.reason]
  }

  func ago(_ instant: MonotonicInstant) -> String {
    DurationText.duration(nanoseconds: (now - instant).rawValue) + " ago"
  }

  /// Rows under a heading, each column as wide as its widest cell.
  private static func table(_ heading: [String], _ rows: [[String]]) -> [String] {
    let widths = heading.indices.map { column in
      ([heading] + rows).map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
    }
    return ([heading] + rows).map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        line += cell
        guard column < row.count - 1 else { break }
        line += String(repeating: " ", count: max(0, widths[column] - cell.count) + 2)
      }
      return line
    }
  }
}
