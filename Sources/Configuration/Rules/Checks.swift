import ConfigurationModel
import ConfigurationSyntax

extension Lowering {
  /// Applies all rules: to the things that routers track, to each router, and to all routers together.
  ///
  /// Rules report, and change values to what they come to. They build on each other, so their order counts.
  func applyRules() {
    inheritGlobals()
    checkTrackedThings()
    // The routers are taken out while they change, so that a rule may still look at everything else.
    var routers = instances
    instances = []
    for index in routers.indices { checkAlone(&routers[index]) }
    instances = routers
    // Without this the next change would copy all routers.
    routers = []
    checkTogether()
  }

  private func checkTrackedThings() {
    requireCommands()
    checkTrackedNames()
    checkScriptSecurity()
    checkNeighbors()
    limitHops()
    findTrackedSessionsOfCheckers()
    requireFilesAndProcesses()
    requireQuestions()
    checkCombinations()
    checkExpiries()
    checkTrackGroups()
  }

  private func checkAlone(_ router: inout InstanceReading) {
    requireNumber(of: router)
    requireInterface(of: router)
    decideFamilyAndVersion(of: &router)
    applyStrictMode(to: &router)
    completeStateAndPriority(of: &router)
    preferSignatures(of: &router)
    checkAuthentication(of: &router)
    checkFurtherLinks(of: router)
    checkRoutingDomain(of: router)
    checkUnicast(of: &router)
    restoreMulticastGroup(of: &router)
    roundInterval(of: &router)
    readKeys(of: &router)
    chooseKey(of: &router)
    requireAddresses(of: router)
    checkFirstAddress(of: router)
    dropEqualAddresses(of: &router)
    excludeAddressesBeyondAdvert(of: &router)
    limitPreemption(of: &router)
    dropOwnInterface(of: &router)
    dropWeightsOfOwner(&router)
    limitIgnoredAdverts(of: &router)
  }

  private func checkTogether() {
    findEqualNumbers()
    nameVirtualMACs()
    giveAddressesVirtualMACs()
    dropUnusableMembers()
    compareMembers()
    takeWeightsOfGroups()
    dropWeightsOfMembers()
    findAddressesOnOthersVirtualMACs()
    limitLinkDelays()
    checkFIFOScripts()
    dropEqualFIFO()
    findUnusedScripts()
    checkNamesOfServers()
  }

  /// Reports what can be improved in a configuration that means what it says; called after the rules.
  func applyLints() {
    findWeightsUnderNopreempt()
    findWeightsBeyondBounds()
    compareTimeouts()
    findOpenUnicast()
    recommendSignatures()
    findOwnLinks()
    requireRouter()
  }

  /// Reports a name that does not exist, and the one that was probably meant.
  ///
  /// - Parameters:
  ///   - known: The names that exist.
  ///   - isTaken: True for a name that cannot have been meant.
  ///   - advice: The suggestion when no name is near.
  func reportUnknown(
    _ severity: Severity, _ id: String, _ message: @autoclosure () -> String, _ name: Located<String>,
    among known: @autoclosure () -> [String], except isTaken: (String) -> Bool = { _ in false },
    otherwise advice: @autoclosure () -> String? = nil
  ) {
    let nearest = diagnostics.nearest(to: name.value, in: known(), except: isTaken)
    diagnostics.report(
      severity, id, message(), at: name.span, suggestion: nearest.map { "did you mean \($0)?" } ?? advice(),
      replacement: Spelling.sure(nearest, for: name.value))
  }
}

extension Diagnostic {
  /// The finding, with its rule's remedy if it has no suggestion of its own.
  var withRemedy: Diagnostic {
    guard suggestion == nil, severity > .note else { return self }
    var finding = self
    finding.suggestion = Rule.find(id)?.remedy
    return finding
  }
}
