import Configuration
import ConfigurationModel
import ConfigurationOutline
import ConfigurationSyntax

/// A text loaded as `/etc/martlet/martlet.conf`, and shown.
struct Shown {
  var configuration: Configuration
  var hasErrors: Bool
  var shown: ShownConfiguration
  var text: String

  init(
    _ text: String, others: [String: String] = [:], id: String? = nil, variables: [String: String] = [:]
  ) {
    var files = MemorySourceFiles(texts: others, variables: variables)
    files.files["/etc/martlet/martlet.conf"] = Array(text.utf8)
    let (loaded, source) = ConfigurationLoader.loadWithSource(
      ConfigurationSource(path: "/etc/martlet/martlet.conf", configurationID: id), files: files)
    configuration = loaded.configuration
    hasErrors = loaded.hasErrors
    shown = ShownConfiguration(loaded.configuration, source: source, path: "/etc/martlet/martlet.conf")
    self.text = String(decoding: shown.text, as: UTF8.self)
  }

  /// The line that begins with these words, blanks reduced to one; empty if there is none.
  func line(_ start: String) -> String {
    let lines = text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    return lines.first { $0.hasPrefix(start + " ") || $0 == start } ?? ""
  }
}

extension Configuration {
  /// The model without what its text cannot show: passwords, and how a route's line was written.
  var withoutHiddenParts: Configuration {
    var configuration = self
    for index in configuration.routers.indices {
      switch configuration.routers[index].authentication {
      case .password: configuration.routers[index].authentication = .password(Array("********".utf8))
      case .header: configuration.routers[index].authentication = .header(key: Array("********".utf8))
      case .trailer(var trailer):
        trailer.activeKey.bytes = Array(repeating: UInt8(ascii: "*"), count: 32)
        for key in trailer.otherKeys.indices { trailer.otherKeys[key].bytes = trailer.activeKey.bytes }
        configuration.routers[index].authentication = .trailer(trailer)
      case nil: break
      }
      configuration.routers[index].entries = configuration.routers[index].entries.map(\.withoutText)
    }
    configuration.staticEntries = configuration.staticEntries.map(\.withoutText)
    return configuration
  }
}

extension KernelEntryDefinition {
  fileprivate var withoutText: KernelEntryDefinition { KernelEntryDefinition(content, text: "") }
}

/// A router of the usual kind.
func router(_ name: String = "V", _ extra: String = "", number: Int = 51, interface: String = "eth0") -> String {
  """
  vrrp_instance \(name) {
    state BACKUP
    interface \(interface)
    virtual_router_id \(number)
    priority 100
    virtual_ipaddress {
      192.0.2.\(number)/24
    }
    \(extra)
  }

  """
}
