import ConfigurationSyntax

/// A script that is to read a FIFO is not started without one.
enum ScriptsOfFIFOs: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    let settings = lowering.global
    let pairs = [
      ("notify_fifo", settings.notifyFIFO != nil, lowering.global.places.line(of: "notify_fifo_script")),
      ("vrrp_notify_fifo", settings.vrrpNotifyFIFO != nil, lowering.global.places.line(of: "vrrp_notify_fifo_script")),
    ]
    for case (let fifo, false, let span?) in pairs {
      lowering.diagnostics.report(
        .warning, "fifo-script-alone", "there is no \(fifo), so nothing starts its script", at: span,
        suggestion: "write \(fifo) PATH, or take the line out")
    }
  }
}
