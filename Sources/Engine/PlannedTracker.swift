import ConfigurationModel

/// Tracker with the kind and fingerprint by which the next engine finds it.
struct PlannedTracker {
  /// Kind of tracker on the board; a number never changes its meaning.
  enum Kind: UInt8, CaseIterable {
    case interface = 1
    case script = 2
    case probe = 3
    case combination = 4
    case session = 5
    case file = 6
    case process = 7
    case group = 8
  }

  let name: String
  let kind: Kind
  /// Interface that it watches; `nil` for another kind.
  let interfaceName: String?
  /// Position in ``Plan/sessions`` of its BFD session; `nil` for another kind.
  let session: Int?
  /// Hash of what identifies it besides its kind and the part of its name on the board: a session's ends, or the whole
  /// name of a tracker of the prober.
  let fingerprint: UInt64
  let isInitiallyFailed: Bool
  /// Whether its verdicts come from the prober.
  let isFromProber: Bool

  init(_ definition: TrackerDefinition, in configuration: Configuration) {
    name = configuration.name(of: definition)
    isFromProber = definition.kind.isProbers
    interfaceName = definition.kind == .interface ? name : nil
    var session: Int?
    var isInitiallyFailed = false
    var identity = isFromProber ? name : ""
    switch definition {
    case .interface: kind = .interface
    case .group: kind = .group
    case .file: kind = .file
    case .process: kind = .process
    case .script(let index):
      kind = .script
      isInitiallyFailed = configuration.scripts[index].initiallyFailed
    case .probe(let index):
      kind = configuration.probes[index].isCombination ? .combination : .probe
      isInitiallyFailed = configuration.probes[index].initiallyFailed
    case .bfd(let index):
      kind = .session
      session = index
      identity = configuration.bfdInstances[index].ends
    }
    self.session = session
    self.isInitiallyFailed = isInitiallyFailed
    fingerprint = identity.isEmpty ? 0 : Self.fingerprint(of: identity)
  }

  /// FNV-1a, which gives the same number for a text in every process and release, unlike `Hasher`.
  static func fingerprint(of text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
