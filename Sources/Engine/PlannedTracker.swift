import Configuration

/// A tracker with what the next engine knows it by.
struct PlannedTracker {
  /// What it is, as it stands on the board; a number never gets another meaning.
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
  /// The interface it watches, if it watches one.
  let interfaceName: String?
  /// The position in ``Plan/sessions`` of the BFD session it stands for, if it does.
  let session: Int?
  /// A hash of what it goes on by besides its kind and as much of its name as the board keeps: a session's ends, or the whole name of
  /// what the prober looks after.
  let fingerprint: UInt64
  let isInitiallyFailed: Bool
  /// Whether its verdicts come from the prober.
  let isProbers: Bool

  init(_ definition: TrackerDefinition, in configuration: Configuration) {
    name = configuration.name(of: definition)
    isProbers = definition.kind.isProbers
    interfaceName = definition.kind == .interface ? name : nil
    var session: Int?
    var isInitiallyFailed = false
    var identity = isProbers ? name : ""
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

  /// FNV-1a: the same text gives the same number in every process and release, which `Hasher` does not.
  static func fingerprint(of text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
