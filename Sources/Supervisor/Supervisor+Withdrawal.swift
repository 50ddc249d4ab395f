import ControlModel
import HostWithdrawal
import LinuxSystem

extension Supervisor {
  /// Withdraws what these boards own, the true board first.
  func withdraw(_ engines: [EngineID]) {
    let mapped = engines.compactMap { id in boards[id]?.map() }
    let withdrawal = Withdrawal(boards: mapped.compactMap { try? Board(opening: $0.bytes) })
    withExtendedLifetime(mapped) { carryOut(withdrawal) }
  }

  /// Removes what an engine that failed to take over may have added.
  func removeLeftovers(of failed: EngineID, notOn kept: EngineID) {
    guard let failedMemory = boards[failed]?.map(), let keptMemory = boards[kept]?.map(),
      let failedBoard = try? Board(opening: failedMemory.bytes), let keptBoard = try? Board(opening: keptMemory.bytes)
    else { return }
    let withdrawal = Withdrawal(of: failedBoard, notOn: keptBoard)
    withExtendedLifetime((failedMemory, keptMemory)) {
      if !withdrawal.addresses.isEmpty || !withdrawal.entries.isEmpty { carryOut(withdrawal) }
    }
  }

  private func carryOut(_ withdrawal: Withdrawal) {
    for problem in self.withdrawal.perform(withdrawal) { log.write(.error, problem) }
    let names = withdrawal.resignations.map(\.name).joined(separator: ", ")
    log.write(
      .warning,
      "removed \(withdrawal.addresses.count) \(withdrawal.addresses.count == 1 ? "address" : "addresses")"
        + (names.isEmpty ? "" : " and resigned as MASTER of \(names)"))
  }
}
