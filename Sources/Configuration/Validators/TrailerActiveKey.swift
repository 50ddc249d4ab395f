import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// `auth_hmac` signs with one of its keys. keepalived runs without it when there is no such key, open to anybody.
enum TrailerActiveKey: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    guard var trailer = draft.notes.trailer else { return }
    guard let active = trailer.activeKey else {
      return lowering.diagnostics.report(
        .error, "active-key",
        "\(draft.name.value) has no active_key to sign with; keepalived would run without auth_hmac",
        at: trailer.name.span, suggestion: "write active_key NUMBER")
    }
    guard let key = trailer.usableKeys.first(where: { Int($0.id) == active }) else {
      // A key that is there and cannot be used has been told of.
      guard !trailer.keys.contains(where: { $0.id.value == active }) else { return }
      return lowering.diagnostics.report(
        .error, "active-key",
        "there is no key \(active) for \(draft.name.value) to sign with; keepalived would run without auth_hmac",
        at: trailer.places["active_key"], suggestion: "write key \(active) hex:DIGITS")
    }
    trailer.definition = TrailerDefinition(
      activeKey: key, otherKeys: trailer.usableKeys.filter { $0.id != key.id }, window: window(of: trailer, draft),
      mode: trailer.mode)
    draft.notes.trailer = trailer
  }

  /// Unless it is written, three advert intervals and at least five seconds.
  private static func window(of trailer: BlockReading<TrailerDraft>, _ draft: InstanceReading) -> Int? {
    guard !trailer.isMonotonic else { return nil }
    let intervals = (Int(draft.core.interval.rawValue) * 3 + 99) / 100
    return trailer.window ?? min(300, max(5, intervals))
  }
}
