import ConfigurationSyntax

/// Two FIFOs of one path would get everything twice.
enum DuplicateFIFO: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    let settings = lowering.global
    guard let fifo = settings.vrrpNotifyFIFO, fifo.path == settings.notifyFIFO?.path else { return }
    lowering.diagnostics.report(
      .warning, "duplicate-fifo", "vrrp_notify_fifo names the same path as notify_fifo and is ignored",
      at: lowering.global.places.line(of: "vrrp_notify_fifo"))
    lowering.global.vrrpNotifyFIFO = nil
  }
}
