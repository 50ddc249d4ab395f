import ConfigurationModel
import ConfigurationSyntax

/// Requirements of a configuration to its host, each at the place that asks for it first.
package struct HostRequirements: Sendable, Hashable {
  /// A name and its place.
  package struct Use: Sendable, Hashable {
    package var name: String
    package var range: SourceRange
  }

  /// A FIFO that transitions are written to.
  package struct FIFO: Sendable, Hashable {
    package var keyword: String
    package var path: String
    /// The owner that the line names, if any.
    package var owner: ScriptUser?
    package var range: SourceRange
  }

  /// A file whose number is tracked.
  package struct NumberFile: Sendable, Hashable {
    package var path: String
    /// True when `init_file` has the first number written into it.
    package var isWritten: Bool
    package var range: SourceRange
  }

  /// The programs that would be run.
  package var scripts: [ScriptUse] = []
  /// The FIFOs that would be made.
  package var fifos: [FIFO] = []
  /// Each line that asks for processes by their names (`killall`, `pidof`, `pgrep`, `pkill`).
  package var processScripts: [ScriptUse] = []
  /// The processes that are tracked.
  package var processes: [Use] = []
  /// The files whose numbers are tracked.
  package var numberFiles: [NumberFile] = []
  /// The sockets in the file system that probes connect to.
  package var sockets: [Use] = []
  /// The probes that need raw or packet sockets, by their kinds.
  package var rawProbes: [Use] = []
  package var scriptUser: SourceRange?
  /// The interfaces that must exist.
  package var interfaces: [Use] = []
  /// The interfaces that only rules name; they may come later.
  package var awaitedInterfaces: [Use] = []
  /// The interfaces that only a `garp_group` names; keepalived does not start without them.
  package var pacedInterfaces: [Use] = []
  /// The interfaces that only `interface_up_down_delays` names; keepalived ignores delays of a missing interface.
  package var delayedInterfaces: [Use] = []
  /// Files that hold a password, by path.
  package var filesWithSecrets: [Use] = []
}

/// A file that the daemon is to read, with the place that names it.
package struct FileUse: Sendable, Hashable {
  /// The keyword, such as `ca_file`.
  package var keyword: String
  package var path: String
  package var range: SourceRange
}

extension Lowering {
  /// The files that the configuration names, with places that show no secret.
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
    for router in instances {
      for address in router.notes.addresses { address.value.virtualMAC.map { _ = names.insert($0.interface) } }
      for address in router.notes.excludedAddresses { address.value.virtualMAC.map { _ = names.insert($0.interface) } }
    }
    return names
  }

  /// The probes for which `find` gives a text, with that text, or with their kind if it is empty.
  private func probeUses(_ find: (ProbeQuestion) -> String?) -> [HostRequirements.Use] {
    probes.readings.compactMap { probe in
      guard let kind = probe.notes.kind, probe.places["question"] != nil, let found = find(probe.question) else {
        return nil
      }
      return .init(name: found.isEmpty ? kind.value : found, range: diagnostics.shownRange(of: kind.span))
    }
  }

  /// The requirements of what has been read, without interfaces that it makes itself.
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
