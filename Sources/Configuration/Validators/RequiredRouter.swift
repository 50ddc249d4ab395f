import ConfigurationSyntax

/// A file without a router serves no address, which is seldom what somebody wants.
enum RequiredRouter: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    // What is wrong may be why there is none.
    guard lowering.instances.isEmpty, !lowering.diagnostics.hasErrors else { return }
    lowering.diagnostics.report(
      .warning, "no-router", "there is no virtual router, so no address is served", at: nil,
      suggestion: "write a vrrp_instance block; a reload takes a file without one only with --allow-empty")
  }
}
