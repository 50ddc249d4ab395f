import ConfigurationModel
import ConfigurationSyntax

/// What a configuration asks of the host that it runs on, each where it is asked for first.
public struct HostRequirements: Sendable, Hashable {
  /// A name in its place.
  public struct Use: Sendable, Hashable {
    /// The name.
    public var name: String
    /// Where it stands.
    public var range: SourceRange
  }

  /// A FIFO that transitions are written to.
  public struct FIFO: Sendable, Hashable {
    /// The keyword that names it.
    public var keyword: String
    /// Its path.
    public var path: String
    /// Who is to own it, if anybody is named.
    public var owner: ScriptUser?
    /// Where it stands.
    public var range: SourceRange
  }

  /// A file whose number is tracked.
  public struct NumberFile: Sendable, Hashable {
    /// Its path.
    public var path: String
    /// Whether the first number is written into it (`init_file`).
    public var isWritten: Bool
    /// Where the path stands.
    public var range: SourceRange
  }

  /// The programs that would be run.
  public var scripts: [ScriptUse] = []
  /// The FIFOs that would be made.
  public var fifos: [FIFO] = []
  /// The lines that ask for processes by their names, each of them (`killall`, `pidof`, `pgrep`, `pkill`).
  public var processScripts: [ScriptUse] = []
  /// The processes that are tracked.
  public var processes: [Use] = []
  /// The files whose numbers are tracked.
  public var numberFiles: [NumberFile] = []
  /// The sockets in the file system that probes ask.
  public var sockets: [Use] = []
  /// The probes that take raw or packet sockets, by their kinds.
  public var rawProbes: [Use] = []
  /// Where `script_user` stands.
  public var scriptUser: SourceRange?
  /// The interfaces that must be there.
  public var interfaces: [Use] = []
  /// The interfaces that only rules name, and may come later.
  public var awaitedInterfaces: [Use] = []
  /// The interfaces that only a `garp_group` names, without which keepalived does not start.
  public var pacedInterfaces: [Use] = []
  /// The interfaces that only `interface_up_down_delays` names, whose delays keepalived ignores if they are not there.
  public var delayedInterfaces: [Use] = []
  /// Files that hold a password, by path.
  public var filesWithSecrets: [Use] = []
}

/// A file that a configuration names for the daemon to read, where it names it.
public struct FileUse: Sendable, Hashable {
  /// The keyword that names it, as `ca_file`.
  public var keyword: String
  /// Its path.
  public var path: String
  /// Where the path stands.
  public var range: SourceRange
}

extension Lowering {
  /// The files that the configuration names, where nothing of a secret is shown.
  var shownFileUses: [FileUse] {
    fileUses.map { use in
      var use = use
      use.range = diagnostics.withoutSecretLines(use.range)
      return use
    }
  }

  /// The interfaces that routers make, once the rules have named them.
  var madeInterfaces: Set<String> {
    var names = Set(instances.compactMap(\.notes.virtualMAC?.interface))
    for draft in instances {
      for address in draft.notes.addresses { address.value.virtualMAC.map { _ = names.insert($0.interface) } }
      for address in draft.notes.excludedAddresses { address.value.virtualMAC.map { _ = names.insert($0.interface) } }
    }
    return names
  }

  /// The probes that have what is looked for, with that, or with their kind where it is empty.
  private func probeUses(_ find: (ProbeQuestion) -> String?) -> [HostRequirements.Use] {
    probes.readings.compactMap { probe in
      guard let kind = probe.notes.kind, probe.places["question"] != nil, let found = find(probe.question) else {
        return nil
      }
      return .init(name: found.isEmpty ? kind.value : found, range: diagnostics.shownRange(of: kind.span))
    }
  }

  /// What has been read asks of the host; interfaces that it makes itself are none.
  var requirements: HostRequirements {
    let made = madeInterfaces
    func uses(_ names: [String: SourceSpan]) -> [HostRequirements.Use] {
      let named = names.filter { !made.contains($0.key) }.sorted { left, right in
        (left.value.file, left.value.line, left.value.column) < (right.value.file, right.value.line, right.value.column)
      }
      return named.map { .init(name: $0.key, range: diagnostics.shownRange(of: $0.value)) }
    }
    let secretPlaces = secrets.sorted { $0.key < $1.key }.map { diagnostics.shownRange(of: $0.value) }
    func shown(_ commands: [ScriptUse]) -> [ScriptUse] {
      commands.map { use in
        var use = use
        use.range = diagnostics.withoutSecretLines(use.range)
        use.userRange = use.userRange.map(diagnostics.withoutSecretLines)
        return use
      }
    }
    var seen: Set<String> = []
    return HostRequirements(
      scripts: shown(commands),
      fifos: fifos.map { use in
        var use = use
        use.range = diagnostics.withoutSecretLines(use.range)
        return use
      },
      processScripts: shown(processCommands),
      processes: trackedProcesses.readings.compactMap { process in
        process.places["process"].map { .init(name: process.command, range: diagnostics.shownRange(of: $0)) }
      },
      numberFiles: trackedFiles.readings.compactMap { file in
        guard let place = file.places["file"], let model = trackedFiles.block.model(of: file) else { return nil }
        return .init(
          path: model.path, isWritten: model.initialValue != nil, range: diagnostics.shownRange(of: place))
      },
      sockets: probeUses { $0.socketPath },
      rawProbes: probeUses { $0.needsRawNetwork ? "" : nil },
      scriptUser: global.places["script_user"].map(diagnostics.shownRange),
      interfaces: uses(interfaces),
      awaitedInterfaces: uses(awaitedInterfaces.filter { interfaces[$0.key] == nil }),
      pacedInterfaces: uses(
        pacedInterfaces.filter { interfaces[$0.key] == nil && awaitedInterfaces[$0.key] == nil }),
      delayedInterfaces: uses(
        delayedInterfaces.filter {
          interfaces[$0.key] == nil && awaitedInterfaces[$0.key] == nil && pacedInterfaces[$0.key] == nil
        }),
      filesWithSecrets: secretPlaces.filter { seen.insert($0.path).inserted }.map { .init(name: $0.path, range: $0) })
  }
}
