import ConfigurationModel
import VRRPCore

/// Tracker with the fingerprint by which the next engine knows that it is the same.
struct PlannedTracker {
  let name: TrackerName
  /// Hash of the whole name, or of a session's ends.
  let fingerprint: UInt64
  let isInitiallyFailed: Bool

  private init(_ kind: TrackerKind, _ name: String, identity: String? = nil, isInitiallyFailed: Bool = false) {
    self.name = TrackerName(kind, name)
    fingerprint = Self.fingerprint(of: identity ?? name)
    self.isInitiallyFailed = isInitiallyFailed
  }

  /// Trackers of a configuration in the order of their numbers.
  static func all(of configuration: Configuration) -> [PlannedTracker] {
    TrackerKind.allCases.flatMap { kind in
      switch kind {
      case .script:
        configuration.scripts.map { Self(kind, $0.name, isInitiallyFailed: $0.schedule.initiallyFailed) }
      case .probe:
        // A probe that asks does not go on as a combination of its name.
        configuration.probes.map {
          Self(
            kind, $0.name, identity: $0.isCombination ? "combination \($0.name)" : nil,
            isInitiallyFailed: $0.schedule.initiallyFailed)
        }
      case .bfd: configuration.bfdInstances.map { Self(kind, $0.name, identity: $0.ends) }
      case .interface, .file, .process, .group: configuration.trackerNames(kind).map { Self(kind, $0) }
      }
    }
  }

  /// FNV-1a, which gives the same number for a text in every process and release, unlike `Hasher`.
  static func fingerprint(of text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
