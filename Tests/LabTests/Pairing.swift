import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension RouterFile: CustomTestStringConvertible {
  /// Version, family and transport, what the password is for, if there is one, and whether there is a virtual MAC address.
  public var testDescription: String {
    "v\(version.rawValue) \(family) \(transport)" + (password == nil ? "" : isSigned ? " AH" : " PASS")
      + (usesVirtualMAC ? " VMAC" : "")
  }
}

/// Who is paired with whom, and how they speak.
struct Pairing: Sendable, CustomTestStringConvertible {
  var high: PeerKind
  var low: PeerKind
  var file: RouterFile

  var testDescription: String {
    "\(high) over \(low), \(file.testDescription)"
  }

  /// Every pair with a martlet in it, in every way of speaking.
  static let matrix: [Pairing] = RouterFile.Transport.allCases.flatMap { transport in
    [
      RouterFile(version: .v2, family: .ipv4, transport: transport),
      RouterFile(version: .v3, family: .ipv4, transport: transport),
      RouterFile(version: .v3, family: .ipv6, transport: transport),
    ].flatMap { file in
      [(PeerKind.martlet, PeerKind.martlet), (.martlet, .keepalived), (.keepalived, .martlet)].map {
        Pairing(high: $0.0, low: $0.1, file: file)
      }
    }
  }

  /// Whether both daemons can run checks, and the lab looks at more than the way they speak.
  var checks: Bool { high != .frr && low != .frr && file.password == nil && !file.usesVirtualMAC }

  /// keepalived alone: what shows that the lab itself judges rightly.
  static let reference: [Pairing] = [
    Pairing(high: .keepalived, low: .keepalived, file: RouterFile(version: .v2)),
    Pairing(high: .keepalived, low: .keepalived, file: RouterFile(version: .v3, family: .ipv6, transport: .unicast)),
  ]
}
