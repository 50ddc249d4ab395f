extension SupervisorOptions {
  /// The options as `name=value` texts without NUL, for the program of the service. An option that has no value has no entry.
  public var entries: [String] {
    ["release=\(Version.number)"] + Self.fields.flatMap { field in field.values(self).map { "\(field.name)=\($0)" } }
  }

  /// Options from their ``entries``; `nil` if they are not those of this release, or lack the configuration's path.
  public init?(entries: [String]) {
    self.init(configurationPath: "")
    guard entries.first == "release=\(Version.number)" else { return nil }
    for entry in entries.dropFirst() {
      guard let equals = entry.firstIndex(of: "="),
        let field = Self.fields.first(where: { $0.name == entry[..<equals] }),
        field.take(String(entry[entry.index(after: equals)...]), &self)
      else { return nil }
    }
    if configurationPath.isEmpty { return nil }
  }

  /// Option with its name among the entries.
  private struct Field: Sendable {
    let name: String
    /// Values of the option: one entry for each.
    let values: @Sendable (SupervisorOptions) -> [String]
    /// Sets the option or adds to it. Returns `false` for a text that is no value of it.
    let take: @Sendable (String, inout SupervisorOptions) -> Bool
  }

  private static let fields: [Field] = [
    one("configuration", \.configurationPath),
    optional("configuration-id", \.configurationID),
    one("runtime-directory", \.runtimeDirectory),
    one("log-format", \.logFormat),
    optional("pid-file", \.pidFile),
    Field(
      name: "further-pid-file", values: \.furtherPIDFiles,
      take: {
        $1.furtherPIDFiles.append($0); return true
      }),
    optional("log-file", \.logFile),
    flag("requires-includes", \.requiresIncludes),
    optional("script-mask", \.scriptMask),
    flag("reports-readiness", \.reportsReadiness),
    one("user", \.user),
    one("program", \.program),
    one("command-line", \.commandLine),
    Field(name: "note", values: { $0.notes.map { "\($0.severity.rawValue)\($0.message)" } }, take: takeNote),
  ]

  @Sendable
  private static func takeNote(_ text: String, _ options: inout SupervisorOptions) -> Bool {
    guard let severity = text.first.flatMap({ UInt8(String($0)) }).flatMap(Severity.init) else { return false }
    options.notes.append(LogLine(severity, String(text.dropFirst())))
    return true
  }

  private typealias Path<Value> = WritableKeyPath<SupervisorOptions, Value> & Sendable

  private static func one(_ name: String, _ path: Path<String>) -> Field {
    Field(
      name: name, values: { [$0[keyPath: path]] },
      take: {
        $1[keyPath: path] = $0; return true
      })
  }

  private static func one<Value: RawRepresentable<String> & SendableMetatype>(_ name: String, _ path: Path<Value>)
    -> Field
  {
    Field(name: name, values: { [$0[keyPath: path].rawValue] }) { text, options in
      guard let value = Value(rawValue: text) else { return false }
      options[keyPath: path] = value
      return true
    }
  }

  private static func optional<Value: LosslessStringConvertible & SendableMetatype>(
    _ name: String, _ path: Path<Value?>
  ) -> Field {
    Field(name: name, values: { [$0[keyPath: path]].compactMap { $0?.description } }) { text, options in
      options[keyPath: path] = Value(text)
      return options[keyPath: path] != nil
    }
  }

  private static func flag(_ name: String, _ path: Path<Bool>) -> Field {
    Field(
      name: name, values: { $0[keyPath: path] ? [""] : [] },
      take: {
        $1[keyPath: path] = $0.isEmpty; return $0.isEmpty
      })
  }
}
