import LabKit
import Testing

/// How many labs run at a time, so that the daemons under test compete with few others for the machine.
actor LabSlots {
  static let shared = LabSlots(count: 6)

  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(count: Int) {
    free = count
  }

  func take() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func give() {
    if waiting.isEmpty {
      free += 1
    } else {
      waiting.removeFirst().resume()
    }
  }
}

/// Runs `body` in a lab of its own, when a slot is free.
func inLab(_ body: (Lab) async throws -> Void) async throws {
  await LabSlots.shared.take()
  do {
    try await withLab(body)
  } catch {
    await LabSlots.shared.give()
    throw error
  }
  await LabSlots.shared.give()
}

/// Skips a test by name when the machine lacks something it needs.
func needs(_ needs: LabEnvironment.Need...) -> ConditionTrait {
  let reason = needs.lazy.compactMap(LabEnvironment.reason(missing:)).first
  return .enabled(if: reason == nil, Comment(rawValue: reason ?? ""))
}
