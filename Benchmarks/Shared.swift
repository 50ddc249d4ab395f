import LabKit
import NetworkTypes

/// A text with spaces behind it, at least one, up to a width in characters.
func pad(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(1, width - text.count))
}

/// Lets a time pass.
func pause(_ time: Nanoseconds) async throws {
  let end = MonotonicInstant.labNow() + time
  await eventually(within: time) { MonotonicInstant.labNow() >= end }
}
