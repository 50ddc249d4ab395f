import LabKit
import Testing

/// How many labs run at a time, so that the daemons under test compete with few others for the machine.
actor LabSlots {
  static let shared = LabSlots(count: 6)

  private let count: Int
  private var free: Int
  private var waiting: [(slots: Int, continuation: CheckedContinuation<Void, Never>)] = []

  init(count: Int) {
    self.count = count
    free = count
  }

  /// Waits for one slot, or for all of them; first come, first served.
  func take(alone: Bool) async {
    let wanted = alone ? count : 1
    if waiting.isEmpty, free >= wanted {
      free -= wanted
    } else {
      await withCheckedContinuation { waiting.append((wanted, $0)) }
    }
  }

  func give(alone: Bool) {
    free += alone ? count : 1
    while let next = waiting.first, free >= next.slots {
      free -= next.slots
      waiting.removeFirst().continuation.resume()
    }
  }
}

/// Runs `body` in a lab of its own, when a slot is free.
///
/// - Parameter alone: whether no other lab may run meanwhile, for what is measured in hundredths of a second.
func inLab(alone: Bool = false, _ body: (Lab) async throws -> Void) async throws {
  await LabSlots.shared.take(alone: alone)
  do {
    try await withLab(body)
  } catch {
    await LabSlots.shared.give(alone: alone)
    throw error
  }
  await LabSlots.shared.give(alone: alone)
}

/// Skips a test by name when the machine lacks something it needs.
func needs(_ needs: LabEnvironment.Need...) -> ConditionTrait {
  let reason = needs.lazy.compactMap(LabEnvironment.reason(missing:)).first
  return .enabled(if: reason == nil, Comment(rawValue: reason ?? ""))
}
