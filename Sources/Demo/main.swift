import Glibc
import LabKit

// Two hosts and a client, in namespaces of their own; exit code 0 only when all that was shown held.
// An argument names another daemon to show instead: `keepalived`.

let kind = CommandLine.arguments.dropFirst().first.flatMap(PeerKind.init(rawValue:)) ?? .martlet
// Two vrrpd hosts send from one virtual MAC: who said what could not be shown.
let unfit = kind == .frr ? "it shows martlet or keepalived" : nil
if let reason = unfit ?? LabEnvironment.reason(missing: .lab) ?? LabEnvironment.reason(missing: kind.need) {
  print("The demo cannot run: \(reason).")
  exit(1)
}

Interruption.watch()
do {
  let held = try await withLab { lab in
    let show = try Show(in: lab, kind: kind)
    try await show.run()
    return show.held
  }
  exit(held ? 0 : 1)
} catch is Interruption {
  print("\nStopped; everything is cleaned up.")
  exit(130)
} catch {
  print("\nThe demo failed: \(error)")
  exit(1)
}
