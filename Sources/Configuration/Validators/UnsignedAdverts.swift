import ConfigurationSyntax
import VRRPCore

/// Recommends signed adverts: any host on the network can send adverts that are not signed. Reported once for a file.
enum UnsignedAdverts: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    // It can wait until the file can be used.
    guard !lowering.diagnostics.hasErrors else { return }
    let unsigned = lowering.instances.filter { !isSigned($0) && !UnauthenticatedUnicast.applies(to: $0) }
    guard let first = unsigned.first else { return }
    let others = unsigned.count - 1
    let routers = others == 0 ? "" : " and \(others) other router\(others == 1 ? "" : "s")"
    lowering.diagnostics.report(
      .note, "unsigned-adverts",
      "the adverts of \(first.name.value)\(routers) are not signed, so any host on the network can send them",
      at: first.name.span,
      suggestion: "write auth_hmac on all hosts if they run martlet, or keepalived from 2.4.0 on")
  }

  private static func isSigned(_ draft: InstanceReading) -> Bool {
    draft.notes.trailer != nil || draft.notes.authentication.usesHeader && draft.notes.authentication.password != nil
  }
}
