import ControlModel
import HostWithdrawal
import LinuxSystem

extension Supervisor {
  /// Withdraws what these boards own, the valid board first.
  func withdraw(_ engines: [EngineID]) {
    let copies = engines.compactMap(copy(of:))
    withExtendedLifetime(copies) { perform(Withdrawal(boards: copies.map(\.board))) }
  }

  /// Removes what an engine that failed to take over may have added.
  func removeLeftovers(of failed: EngineID, notOn kept: EngineID) {
    guard let failed = copy(of: failed), let kept = copy(of: kept) else { return }
    withExtendedLifetime((failed, kept)) {
      let withdrawal = Withdrawal(of: failed.board, notOn: kept.board)
      if !withdrawal.addresses.isEmpty || !withdrawal.entries.isEmpty { perform(withdrawal) }
    }
  }

  /// Copy of an engine's present board. The engine may still run, and may be compromised.
  private func copy(of engine: EngineID) -> BoardCopy? {
    guard let memory = boards[engine]?.map() else { return nil }
    return withExtendedLifetime(memory) { try? BoardCopy(of: memory.bytes) }
  }

  private func perform(_ withdrawal: Withdrawal) {
    for problem in self.withdrawal.perform(withdrawal) { log.write(.error, problem) }
    let names = withdrawal.resignations.map(\.name).joined(separator: ", ")
    log.write(
      .warning,
      "removed \(withdrawal.addresses.count) \(withdrawal.addresses.count == 1 ? "address" : "addresses")"
        + (names.isEmpty ? "" : " and resigned as MASTER of \(names)"))
  }
}
