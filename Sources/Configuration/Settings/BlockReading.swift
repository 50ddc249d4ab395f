import ConfigurationSyntax

/// A block while it is read: what it comes to so far, and where its keywords stand.
///
/// The places serve findings, and tell what the file says from what is left to the defaults. They are gone with the reading.
@dynamicMemberLookup
struct BlockReading<Model: BlockModel>: NamedDraft {
  var name: Located<String>
  var model = Model.unset
  var places = KeywordPlaces()
  /// What else is known while it is read.
  var notes = Model.Notes()

  init(_ name: Located<String>) { self.name = name }

  subscript<Member>(dynamicMember path: WritableKeyPath<Model, Member>) -> Member {
    get { model[keyPath: path] }
    set { model[keyPath: path] = newValue }
  }
}

/// What a block of the language comes to.
protocol BlockModel: SendableMetatype {
  /// What reading a block finds out that is not part of what it comes to.
  associatedtype Notes: ReadingNotes = NoNotes
  /// A block that says nothing: every default, and something in place of what has none.
  static var unset: Self { get }
}

extension BlockReading where Model: NamedModel {
  /// A block with a name.
  init(named name: Located<String>) {
    self.init(name)
    model.name = name.value
  }
}

/// What a block with a name comes to.
protocol NamedModel: BlockModel {
  var name: String { get set }
}

/// What reading a block finds out that is not part of what it comes to, such as the places of its entries.
protocol ReadingNotes {
  init()
}

/// Nothing.
struct NoNotes: ReadingNotes {}

/// Where the keywords of one block stand.
struct KeywordPlaces {
  private struct Place {
    var keyword: String
    var line: SourceSpan
    /// The value that counts; `nil` while no line of the keyword has one that can be used.
    var value: SourceSpan?
  }

  // A block has a handful of keywords, so looking through them is quicker than a dictionary, and smaller.
  private var places: [Place] = []
  /// Whether some line cannot be used.
  private(set) var haveUnusableLine = false

  /// The value of a keyword that counts, or its line where the value is the whole of it. Without one the default holds.
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

  /// Gives back the room that would only be needed for more keywords.
  mutating func finish() { places = places.map(\.self) }

  /// The last line of a keyword, also one that is wrong.
  func line(of keyword: String) -> SourceSpan? { places.first { $0.keyword == keyword }?.line }

  /// Notes a line of a keyword.
  /// - Parameter value: Where its value stands; `nil` for a line that cannot be used, which leaves an earlier one in force.
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
