import Configuration
import ConfigurationModel
import ConfigurationSyntax
import PrintableText

extension ShownConfiguration {
  /// The configuration as text, with the origin of each line after `#`.
  package var text: [UInt8] {
    var writer = ShownWriter(path: path)
    for line in lines {
      if line.children != nil { writer.separate() }
      writer.write(line, depth: 0)
    }
    return writer.head + writer.body
  }
}

/// Writes shown lines.
private struct ShownWriter {
  private static let indent = 4
  /// The column that comments begin in where the line leaves room.
  private static let commentColumn = 48
  /// The greatest length of a line that keepalived reads.
  private static let longestLine = 1023

  private let path: String
  /// The directory left out of paths.
  private let directory: String
  private(set) var body: [UInt8] = []
  private var needsDollarName = false

  init(path: String) {
    self.path = path
    directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }

  var head: [UInt8] {
    var text = "# \(path.printable()) with all that it includes and every default.\n"
    text += "# Behind each line stands where it comes from; files are named from \(directory.printable()).\n"
    // A name that needs no definition would be read as a reference after a dollar sign.
    if needsDollarName { text += "$\(Quoting.dollarName)=$\n" }
    return Array(text.utf8)
  }

  mutating func separate() {
    body.append(UInt8(ascii: "\n"))
  }

  mutating func write(_ line: ShownLine, depth: Int) {
    var (code, opensQuotation) = code(of: line.words)
    if line.children != nil { code += " {" }
    let comment = comment(of: line)
    let width = depth * Self.indent + code.utf8.count
    if opensQuotation || width + 4 + comment.utf8.count > Self.longestLine {
      if !comment.isEmpty { put("# \(comment)", depth) }
      put(code, depth)
    } else if comment.isEmpty || code.isEmpty {
      put(code.isEmpty ? "# \(comment)" : code, depth)
    } else {
      put(code, depth, comment: comment, room: max(2, Self.commentColumn - width))
    }
    guard let children = line.children else { return }
    for child in children { write(child, depth: depth + 1) }
    put("}", depth)
  }

  private mutating func put(_ text: String, _ depth: Int, comment: String = "", room: Int = 0) {
    body.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * Self.indent))
    body.append(contentsOf: text.preservedBytes)
    if !comment.isEmpty {
      body.append(contentsOf: repeatElement(UInt8(ascii: " "), count: room))
      body.append(UInt8(ascii: "#"))
      body.append(UInt8(ascii: " "))
      body.append(contentsOf: comment.utf8)
    }
    body.append(UInt8(ascii: "\n"))
  }

  private mutating func code(of words: [ShownWord]) -> (text: String, opensQuotation: Bool) {
    var text = ""
    var isOdd = false
    let isCommand = words.contains { if case .command = $0 { true } else { false } }
    for (position, word) in words.enumerated() {
      if position > 0 { text += " " }
      if Quoting.needsDollarName(word.text) { needsDollarName = true }
      switch word {
      case .word(let word) where isCommand && position > 0: text += Quoting.word(word, isOdd: &isOdd)
      case .word(let word): text += Quoting.text(word, beginsLine: position == 0)
      case .quoted(let word): text += Quoting.quoted(word)
      case .command(let command): text += Quoting.command(command, isOdd: &isOdd)
      case .secret(let secret): text += secret.mask
      }
    }
    return (text, isOdd)
  }

  // MARK: Comments

  private func comment(of line: ShownLine) -> String {
    if line.words.isEmpty { return (line.remark ?? "").printable() }
    var parts: [String] = []
    switch line.origin {
    case .byDefault: parts.append("default")
    case .written(let place): parts.append(text(of: place))
    case .following(let keyword, let place): parts.append("by \(keyword), \(text(of: place))")
    case nil: break
    }
    if let remark = line.remark { parts.append(remark.printable()) }
    return parts.joined(separator: "; ")
  }

  private func text(of place: SourcePlace) -> String {
    var text = "\(shown(place.path)):\(place.line)"
    for step in place.trail {
      switch step.reason {
      case .definition(let name): text += ", $\(name) at \(shown(step.path)):\(step.line)"
      case .defined(let name): text += ", $\(name) from \(shown(step.path)):\(step.line)"
      case .included: text += ", included at \(shown(step.path)):\(step.line)"
      }
    }
    return text
  }

  private func shown(_ path: String) -> String {
    (path.hasPrefix(directory) ? String(path.dropFirst(directory.count)) : path).printable()
  }
}
