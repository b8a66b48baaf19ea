package catalogue

import "partyline/protocol"

// Decide turns a checked command into facts, appended to dst, or refuses it. It changes
// nothing. A command that would change nothing yields no fact and no error. Times are those
// of the clock: one that was wrong for an hour must not date all that comes later.
func (h *State) Decide(dst []Fact, cmd protocol.Command, now protocol.ClockReading) ([]Fact, *protocol.Error) {
	at := now.Wall
	switch c := cmd.(type) {
	case Seed:
		return h.decideSeed(dst, at)
	case protocol.CreateGame:
		return h.decideCreate(dst, c, at)
	case protocol.UpdateGame:
		return h.decideUpdate(dst, c, at)
	case protocol.DeleteGame:
		return h.decideDelete(dst, c, at)
	case protocol.ToggleGame:
		return h.decideToggle(dst, c, at)
	case protocol.FavorGame:
		return h.decideFavor(dst, c, at)
	case protocol.TogglePack:
		return h.decideTogglePack(dst, c, at)
	case protocol.FavorPack:
		return h.decideFavorPack(dst, c, at)
	case protocol.ImportGames:
		return h.decideImport(dst, c, at)
	}
	return dst, protocol.Errorf(protocol.CodeInternal, "the catalogue does not know %T", cmd)
}

func (h *State) decideCreate(dst []Fact, c protocol.CreateGame, at protocol.Timestamp) ([]Fact, *protocol.Error) {
	if len(h.games) >= MaxGames {
		return dst, tooManyGames()
	}
	return append(dst, &GameCreated{At: at, Game: newEntry(h.last+1, c.GameFields, at)}), nil
}

func (h *State) decideUpdate(dst []Fact, c protocol.UpdateGame, at protocol.Timestamp) ([]Fact, *protocol.Error) {
	old, err := h.entry(c.ID)
	if err != nil {
		return dst, err
	}
	e := old.with(c.GameFields)
	// The command was checked for itself; one of the two may come from the game.
	if err := protocol.CheckPlayers(&e.MinPlayers, &e.MaxPlayers); err != nil {
		return dst, err
	}
	if e.equal(*old) {
		return dst, nil
	}
	return append(dst, &GameUpdated{At: at, Game: e}), nil
}

func (h *State) decideDelete(dst []Fact, c protocol.DeleteGame, at protocol.Timestamp) ([]Fact, *protocol.Error) {
	if _, err := h.entry(c.ID); err != nil {
		return dst, err
	}
	return append(dst, &GameDeleted{At: at, ID: c.ID}), nil
}

func (h *State) decideToggle(dst []Fact, c protocol.ToggleGame, at protocol.Timestamp) ([]Fact, *protocol.Error) {
	e, err := h.entry(c.ID)
	if err != nil {
		return dst, err
	}
	return append(dst, &GameToggled{At: at, ID: c.ID, Enabled: !e.Enabled}), nil
}

func (h *State) decideFavor(dst []Fact, c protocol.FavorGame, at protocol.Timestamp) ([]Fact, *protocol.Error) {
	e, err := h.entry(c.ID)
	if err != nil || e.FavorBias == *c.FavorBias {
		return dst, err
	}
	return append(dst, &GameFavored{At: at, ID: c.ID, Bias: *c.FavorBias}), nil
}

func (h *State) decideTogglePack(dst []Fact, c protocol.TogglePack, at protocol.Timestamp) ([]Fact, *protocol.Error) {
	games := h.pack(c.Name)
	if len(games) == 0 {
		return dst, protocol.NotFound("Pack")
	}
	for _, e := range games {
		if e.Enabled != *c.Enabled {
			return append(dst, &PackToggled{At: at, Name: c.Name, Enabled: *c.Enabled}), nil
		}
	}
	return dst, nil
}

func (h *State) decideFavorPack(dst []Fact, c protocol.FavorPack, at protocol.Timestamp) ([]Fact, *protocol.Error) {
	if len(h.pack(c.Name)) == 0 {
		return dst, protocol.NotFound("Pack")
	}
	if h.biases[c.Name] == *c.FavorBias {
		return dst, nil
	}
	return append(dst, &PackFavored{At: at, Name: c.Name, Bias: *c.FavorBias}), nil
}

func (h *State) entry(id protocol.GameID) (*Entry, *protocol.Error) {
	e, ok := h.byID[id]
	if !ok {
		return nil, protocol.NotFound("Game")
	}
	return e, nil
}

func tooManyGames() *protocol.Error {
	return protocol.Invalid("The catalogue holds at most %d games", MaxGames)
}
