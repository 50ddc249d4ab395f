import ConfigurationModel
import ConfigurationSyntax

/// A block while it is read: its model so far, and the places of its keywords.
///
/// The places are for findings, and tell written values from defaults. They are dropped after the reading.
@dynamicMemberLookup
struct BlockReading<Model: BlockModel>: NamedReading {
  var name: Located<String>
  var model = Model.unset
  var places = KeywordPlaces()
  /// Further results of the reading.
  var notes = Model.Notes()

  init(_ name: Located<String>) { self.name = name }

  subscript<Member>(dynamicMember path: WritableKeyPath<Model, Member>) -> Member {
    get { model[keyPath: path] }
    set { model[keyPath: path] = newValue }
  }
}

/// The model of a block.
protocol BlockModel: SendableMetatype {
  /// Results of reading that are not part of the model.
  associatedtype Notes: ReadingNotes = NoNotes
  /// The model of an empty block: every default, and a placeholder where there is none.
  static var unset: Self { get }
}

extension BlockReading where Model: NamedModel {
  init(named name: Located<String>) {
    self.init(name)
    model.name = name.value
  }
}

/// The model of a block with a name.
protocol NamedModel: BlockModel {
  var name: String { get set }
}

/// Results of reading a block that are not part of its model, such as the places of its entries.
protocol ReadingNotes {
  init()
}

struct NoNotes: ReadingNotes {}

/// The places of the keywords of one block.
struct KeywordPlaces {
  private struct Place {
    var keyword: String
    var line: SourceSpan
    /// Place of the value that counts; `nil` while no line of the keyword can be used.
    var value: SourceSpan?
  }

  // A block has a handful of keywords, so a list is faster than a dictionary, and smaller.
  private var places: [Place] = []
  /// True when some line cannot be used.
  private(set) var haveUnusableLine = false

  /// Place of the value that counts, or of its line if the keyword has no value; `nil` if the default holds.
  subscript(keyword: String) -> SourceSpan? {
    get { places.first { $0.keyword == keyword }?.value }
    set {
      guard let position = places.firstIndex(where: { $0.keyword == keyword }) else {
        if let newValue { places.append(Place(keyword: keyword, line: newValue, value: newValue)) }
        return
      }
      places[position].value = newValue
    }
  }

  /// Frees memory reserved for more keywords.
  mutating func finish() { places = places.map(\.self) }

  /// Place of the last line of a keyword, even an unusable one.
  func line(of keyword: String) -> SourceSpan? { places.first { $0.keyword == keyword }?.line }

  /// Records a line of a keyword.
  /// - Parameter value: Place of the value; `nil` for an unusable line, which leaves an earlier one in force.
  mutating func note(_ keyword: String, line: SourceSpan, value: SourceSpan?) {
    if value == nil { haveUnusableLine = true }
    guard let position = places.firstIndex(where: { $0.keyword == keyword }) else {
      places.append(Place(keyword: keyword, line: line, value: value))
      return
    }
    places[position].line = line
    if let value { places[position].value = value }
  }
}
