import NetworkTypes

/// The highest number taken from each sender of a virtual router, by which a replayed advert is known.
///
/// Senders are told apart by their address, which is signed. Their number is bounded: for a new one the least mark is given up, and
/// all senders without a mark of their own share that one from then on, so that nothing ever passes twice.
public struct ReplayMarks: Sendable {
  /// A sender and the highest number that was taken from it.
  public struct Mark: Sendable, Hashable {
    /// The sender; `nil` for all that have no mark of their own.
    public var sender: IPAddress?
    /// The highest number; `nil` if there was none.
    public var number: TrailerNumber?

    /// A mark of the given contents.
    public init(sender: IPAddress? = nil, number: TrailerNumber? = nil) {
      self.sender = sender
      self.number = number
    }
  }

  /// How many marks there are, the shared one among them.
  public static let capacity = 16

  /// The marks; the first is the shared one.
  private var marks = Array(repeating: Mark(), count: capacity)
  private let window: Int?

  /// No marks. `window` is how many seconds a number may be from this host's clock; `nil` if numbers need only grow.
  public init(window: Int?) {
    self.window = window
  }

  /// The mark at a position below ``capacity``.
  public subscript(position: Int) -> Mark {
    get { marks.indices.contains(position) ? marks[position] : Mark() }
    set { if marks.indices.contains(position) { marks[position] = newValue } }
  }

  /// Takes an authentic advert's number if it is a new one: the position of the sender's mark, which has changed then, and the shared
  /// one with it if the sender is new. `nil` for a number that was taken before, or might have been.
  public mutating func take(_ number: TrailerNumber, from sender: IPAddress, at time: CalendarInstant) -> Int? {
    let clock = TrailerNumber(at: time)
    let own = marks.indices.dropFirst().first { marks[$0].sender == sender }
    guard isAbove(number, marks[own ?? 0], clock) else { return nil }
    if let own {
      marks[own].number = number
      return own
    }
    let place = placeForNew()
    if let given = marks[place].number, isAbove(given, marks[0], clock) { marks[0].number = given }
    marks[place] = Mark(sender: sender, number: number)
    return place
  }

  /// Whether a number is above a mark. One that is further from the clock than numbers may be only orders what is stale anyway; taken
  /// at its word, it would shut out a host whose clock had been ahead and was put right.
  private func isAbove(_ number: TrailerNumber, _ mark: Mark, _ clock: TrailerNumber) -> Bool {
    guard let taken = mark.number else { return true }
    if let window, abs(taken.seconds(since: clock)) > window { return true }
    return number.isAfter(taken)
  }

  /// An empty place, or that of the least mark.
  private func placeForNew() -> Int {
    var least = 1
    for position in marks.indices.dropFirst() {
      guard let number = marks[position].number else { return position }
      if let other = marks[least].number, other.isAfter(number) { least = position }
    }
    return least
  }
}
