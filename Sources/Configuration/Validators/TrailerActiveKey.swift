import ConfigurationSyntax
import NetworkTypes

/// `auth_hmac` signs with one of its keys. keepalived runs without it when there is no such key, open to anybody.
enum TrailerActiveKey: InstanceRule {
  static func check(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    guard var trailer = draft.trailer else { return }
    guard let active = trailer.activeKey else {
      return lowering.diagnostics.report(
        .error, "active-key",
        "\(draft.name.value) has no active_key to sign with; keepalived would run without auth_hmac",
        at: trailer.span, suggestion: "write active_key NUMBER")
    }
    guard let key = trailer.settledKeys.first(where: { Int($0.id) == active.value }) else {
      // A key that is there and cannot be used has been told of.
      guard !trailer.keys.contains(where: { $0.id.value == active.value }) else { return }
      return lowering.diagnostics.report(
        .error, "active-key",
        "there is no key \(active.value) for \(draft.name.value) to sign with; keepalived would run without auth_hmac",
        at: active.span, suggestion: "write key \(active.value) hex:DIGITS")
    }
    trailer.settled = TrailerDefinition(
      activeKey: key, otherKeys: trailer.settledKeys.filter { $0.id != key.id }, window: window(of: trailer, draft),
      mode: trailer.mode?.value ?? .enforce)
    draft.trailer = trailer
  }

  /// Unless it is written, three advert intervals and at least five seconds.
  private static func window(of trailer: TrailerDraft, _ draft: InstanceDraft) -> Int? {
    guard !trailer.isMonotonic else { return nil }
    let intervals = (Int(draft.settledInterval.rawValue) * 3 + 99) / 100
    return trailer.window?.value ?? min(300, max(5, intervals))
  }
}
