import ConfigurationSyntax
import NetworkTypes

extension Lowering {
  /// What the keywords of `vrrp_sync_group` do.
  static var groupActions: [KeywordAction<SyncGroupDraft>] {
    [
      .custom("group") { draft, statement, lowering in
        guard !draft.hasMembers else {
          lowering.diagnostics.report(
            .warning, "duplicate-block", "\(draft.name.value) has a group block already; this one is ignored",
            at: statement.span)
          return
        }
        draft.hasMembers = true
        draft.members = statement.children.flatMap(\.words).map { Located($0.text, $0.span) }
      },
      .custom("track_script") { $0.trackedScripts += $2.trackEntries($1) },
      .custom("track_interface") { $0.trackedInterfaces += $2.trackEntries($1) },
      .custom("track_bfd") { $0.trackedSessions += $2.trackEntries($1) },
      .command("notify", \.notify.any),
      .command("notify_master", \.notify.master),
      .command("notify_backup", \.notify.backup),
      .command("notify_fault", \.notify.fault),
      .command("notify_stop", \.notify.stop),
      .boolean("notify_priority_changes", \.notifiesPriorityChanges),
      .flag("sync_group_tracking_weight", \.allowsWeights),
      .flag("global_tracking", \.allowsWeights),
    ]
  }

  /// The entries of a `track_script`, `track_interface` or `track_bfd` block.
  func trackEntries(_ statement: Statement) -> [TrackEntry] {
    var entries: [TrackEntry] = []
    for line in statement.children {
      guard let entry = trackEntry(line) else { continue }
      if entries.contains(where: { $0.name.value == entry.name.value }) {
        diagnostics.report(
          .warning, "tracked-twice", "\(entry.name.value) is tracked already; this line is ignored", at: line.span)
      } else {
        entries.append(entry)
      }
    }
    return entries
  }

  private func trackEntry(_ line: Statement) -> TrackEntry? {
    var entry = TrackEntry(name: Located(line.words[0].text, line.span))
    var rest = line.words.dropFirst()
    while let word = rest.popFirst() {
      if word == "weight" {
        guard let weight = weight(rest, of: line, bounds: -254...254) else {
          rest = rest.dropFirst()
          continue
        }
        rest = rest.dropFirst()
        if abs(weight.value) == 254 {
          diagnostics.report(
            .warning, "bad-value", "weight \(weight.value) counts as \(weight.value.signum() * 253)", at: weight.span)
        }
        entry.weight = Located(max(-253, min(253, weight.value)), weight.span)
      } else if word == "reverse" || word == "noreverse" {
        entry.reverse = word == "reverse"
      } else {
        diagnostics.report(
          .warning, "unknown-option",
          "'\(word.text)' has no meaning here; keepalived ignores the whole line, so \(entry.name.value) is not tracked",
          at: word.span, suggestion: "write one name a line, then weight NUMBER if it needs one")
        return nil
      }
    }
    return entry
  }
}
