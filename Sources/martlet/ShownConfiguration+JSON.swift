import Configuration
import ConfigurationModel
import ConfigurationOutline
import ConfigurationSyntax
import ControlModel

extension ShownConfiguration {
  /// The configuration as one JSON object.
  ///
  /// `path`, then `statements`: an array of objects with `words`, the keyword first; `block`, the statements inside, if there are
  /// braces; `origin`, an object with `kind` (`default`, `written` or `following`), and unless it is `default` with `file`, `line`,
  /// `column` and `through`, the steps that led there; for `following` with the `keyword` that it follows from; `remark`; and `effect`,
  /// which is false for a statement without effect here. A statement without words has only a remark, on the value that holds.
  var json: String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("path", path)
      writer.member("statements") { $0.write(lines) }
    }
    return writer.text
  }
}

extension JSONWriter {
  fileprivate mutating func write(_ lines: [ShownLine]) {
    array { writer in
      for line in lines {
        writer.element { $0.write(line) }
      }
    }
  }

  private mutating func write(_ line: ShownLine) {
    object { writer in
      writer.member("words") { writer in
        writer.array { writer in
          for word in line.words { writer.element(word.text) }
        }
      }
      if let origin = line.origin { writer.member("origin") { $0.write(origin) } }
      if let remark = line.remark { writer.member("remark", remark) }
      writer.member("effect", line.hasEffect)
      if let children = line.children { writer.member("block") { $0.write(children) } }
    }
  }

  private mutating func write(_ origin: ShownOrigin) {
    object { writer in
      switch origin {
      case .byDefault: writer.member("kind", "default")
      case .written(let place):
        writer.member("kind", "written")
        writer.write(place)
      case .following(let keyword, let place):
        writer.member("kind", "following")
        writer.member("keyword", keyword)
        writer.write(place)
      }
    }
  }

  private mutating func write(_ place: SourcePlace) {
    member("file", place.path)
    member("line", place.line)
    member("column", place.column)
    member("through") { writer in
      writer.array { writer in
        for step in place.trail {
          writer.element { $0.write(step) }
        }
      }
    }
  }

  private mutating func write(_ step: SourcePlace.Step) {
    object { writer in
      switch step.reason {
      case .definition(let name): writer.member("definition", name)
      case .defined(let name): writer.member("value_of", name)
      case .included: writer.member("included", true)
      }
      writer.member("file", step.path)
      writer.member("line", step.line)
      writer.member("column", step.column)
    }
  }
}
