import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// Version 2 has whole seconds from 1 to 255 (RFC 3768 section 5.3.7), version 3 hundredths up to 40.95 s
/// (RFC 9568 section 5.2.7).
enum AdvertisementInterval: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    guard let asked = draft.notes.interval, let place = draft.places["advert_int"] else { return }
    let used: Int
    switch draft.core.version {
    case .v2:
      let seconds = max(1, min(255, (asked + 500_000) / 1_000_000))
      used = seconds * 1_000_000
      draft.core.interval = .seconds(UInt8(clamping: seconds))
    case .v3:
      let hundredths = max(1, min(4095, (asked + 5000) / 10_000))
      used = hundredths * 10_000
      draft.core.interval = Centiseconds(rawValue: UInt16(clamping: hundredths))
    }
    guard used != asked else { return }
    let rule = draft.core.version == .v2 ? "version 2 has whole seconds" : "version 3 has hundredths up to 40.95 s"
    lowering.diagnostics.report(
      .warning, "advertisement-interval",
      "\(draft.name.value): \(rule); \(Lowering.shown(asked)) s becomes \(Lowering.shown(used)) s", at: place,
      suggestion: draft.core.version == .v2 && asked < 1_000_000
        ? "write version 3 on all hosts for adverts more often than each second"
        : "write \(Lowering.shown(used)), on all hosts",
      replacement: Lowering.shown(used))
  }
}
