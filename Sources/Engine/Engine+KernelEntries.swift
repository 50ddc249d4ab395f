import ControlModel
import LinuxSystem
import Netlink
import NetworkTypes
import VRRPCore

/// Performing of what ``EntryKeeper`` decides about routes, rules and static addresses.
extension Engine {
  /// Adds and removes a slice of the entries that may have changed.
  func changeEntries(at now: MonotonicInstant) {
    entries.writeMarks(markEntry)
    guard !entries.pending.isEmpty else { return }
    entries.takeSlice(into: &entryRequests)
    entries.perform(entryRequests, at: now, mark: markEntry, ask: askKernel, into: &entryActions)
    for action in entryActions {
      switch action {
      case .reportPutBack(let position): report(.entryPutBack(plan.entries[position].text), position)
      case .reportRefusal(let position, let error, let explanation):
        report(.entryRefused(plan.entries[position].text, reason: Self.reason(error, explanation)), position)
      }
    }
    entryActions.empty()
  }

  func markEntry(_ position: Int, _ ownership: Ownership) { board.entry(position)?.ownership = ownership }

  private func askKernel(_ requests: [EntryRequest]) -> [KernelEntryResult] {
    let removals = requests.prefix { $0.operation == .remove }
    let additions = requests.dropFirst(removals.count)
    guard let kernelEntries else { return [] }
    return kernelEntries.remove(removals.compactMap { plan.entries[$0.position].entry?.removal })
      + kernelEntries.add(additions.compactMap { plan.entries[$0.position].entry })
  }

  private func report(_ event: LogEvent, _ position: Int) {
    outbox.send(.event(event, router: plan.entries[position].router))
  }

  private static func reason(_ error: Int32, _ explanation: String) -> String {
    explanation.isEmpty ? SystemError.reason(error) : explanation
  }

  /// Takes over the entries of the previous engine.
  func adoptEntries(_ previous: PreviousEntries) {
    let removals = entries.adopt(previous) { router in
      guard core.state(of: router) == .master else { return .off }
      return addresses.isChanging(router) ? .claiming : .on
    }
    entries.writeMarks(markEntry)
    // The plan may have no entries any more, and then the engine has no socket for them.
    let remover = removals.isEmpty ? nil : kernelEntries ?? (try? KernelEntryTable())
    for result in remover?.remove(removals) ?? [] {
      guard case .refused(let error, let explanation) = result else { continue }
      outbox.send(
        .event(.entryRefused("an entry that is no longer configured", reason: Self.reason(error, explanation))))
    }
  }
}
