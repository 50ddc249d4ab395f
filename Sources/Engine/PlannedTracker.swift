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
  /// Whether it is a `track_group`.
  let isGroup: Bool
  /// The position in ``Plan/sessions`` of the BFD session it stands for, if it does.
  let session: Int?
  let fingerprint: UInt64
  let isInitiallyFailed: Bool

  init(_ definition: TrackerDefinition, in configuration: Configuration) {
    name = configuration.name(of: definition)
    interfaceName = definition.kind == .interface ? name : nil
    isGroup = definition.kind == .group
    var session: Int?
    var isInitiallyFailed = false
    switch definition {
    case .interface:
      kind = .interface
      fingerprint = 0
    case .group:
      kind = .group
      fingerprint = 0
    case .script(let index):
      let script = configuration.scripts[index]
      kind = .script
      fingerprint = Self.fingerprint(of: script.command)
      isInitiallyFailed = script.initiallyFailed
    case .probe(let index):
      let probe = configuration.probes[index]
      if case .combination = probe.question { kind = .combination } else { kind = .probe }
      fingerprint = Self.fingerprint(of: "\(probe.question)")
      isInitiallyFailed = probe.initiallyFailed
    case .bfd(let index):
      kind = .session
      fingerprint = PlannedSession(configuration.bfdInstances[index]).fingerprint
      session = index
    case .file(let index):
      kind = .file
      fingerprint = Self.fingerprint(of: configuration.trackedFiles[index].path)
    case .process(let index):
      kind = .process
      let process = configuration.trackedProcesses[index]
      let words = [process.command] + process.parameters
      fingerprint = Self.fingerprint(
        of: words.joined(separator: "\0") + "\0\(process.parameterMatch) \(process.usesCommandLine)")
    }
    self.session = session
    self.isInitiallyFailed = isInitiallyFailed
  }

  /// Whether its verdicts come from the prober.
  var isProbers: Bool { interfaceName == nil && session == nil && !isGroup }

  /// FNV-1a over the command: the same text gives the same number in every process, which `Hasher` does not.
  private static func fingerprint(of command: CommandDefinition) -> UInt64 {
    let user = command.user.map { "\($0.user):\($0.group ?? "")" } ?? ""
    return fingerprint(of: "\(command.text)\0\(user)")
  }

  static func fingerprint(of text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
