/// A place in a file and how the reader came to it, without the text that stands there: what many places at once are shown with.
public struct SourcePlace: Sendable, Hashable {
  /// One step back from a place to what led to it.
  public struct Step: Sendable, Hashable {
    /// Kind of step.
    public var reason: SourceRange.Reason
    /// File of the place that led here.
    public var path: String
    /// Line, from 1.
    public var line: Int
    /// Column in bytes, from 1.
    public var column: Int
  }

  /// The file's path as it was opened.
  public var path: String
  /// Line, from 1.
  public var line: Int
  /// Column in bytes, from 1.
  public var column: Int
  /// Steps that led the reader here, the nearest first.
  public var trail: [Step]
}

extension SourceMap {
  /// The place of a span.
  public func place(of span: SourceSpan) -> SourcePlace {
    SourcePlace(path: path(of: span), line: Int(span.line), column: Int(span.column), trail: steps(to: span))
  }

  private func steps(to span: SourceSpan) -> [SourcePlace.Step] {
    var steps: [SourcePlace.Step] = []
    func add(_ reason: SourceRange.Reason, _ place: SourceSpan) {
      steps.append(
        .init(reason: reason, path: path(of: place), line: Int(place.line), column: Int(place.column)))
    }
    if span.isMixed, let inner = definition(in: span), let value = inner.value {
      add(.defined(name: inner.name), value)
    }
    var current = span
    while steps.count < 16 {
      if let name = nameUsed(for: current), let use = use(of: current) {
        add(.definition(name: name), use)
        current = use
      } else if files.indices.contains(Int(current.file)), let place = files[Int(current.file)].includedFrom {
        add(.included, place)
        current = place
      } else {
        break
      }
    }
    return steps
  }
}
