package catalogue

import "partyline/protocol"

// Decide turns a checked command into facts, appended to dst, or refuses it. It changes
// nothing. A command that would change nothing returns no fact and no error. Times are those
// of the clock: one that was wrong for an hour must not date all that comes later.
func (s *State) Decide(dst []Fact, cmd protocol.Command, now protocol.ClockReading) ([]Fact, *protocol.Error) {
	at := now.Wall
	switch c := cmd.(type) {
	case Seed:
		return s.decideSeed(dst, at)
	case protocol.CreateGame:
		return s.decideCreate(dst, c, at)
	case protocol.UpdateGame:
		return s.decideUpdate(dst, c, at)
	case protocol.DeleteGame:
		return s.decideDelete(dst, c, at)
	case protocol.ToggleGame:
		return s.decideToggle(dst, c, at)
	case protocol.FavorGame:
		return s.decideFavor(dst, c, at)
	case protocol.TogglePack:
		return s.decideTogglePack(dst, c, at)
	case protocol.FavorPack:
		return s.decideFavorPack(dst, c, at)
	case protocol.ImportGames:
		return s.decideImport(dst, c, at)
	}
	return dst, protocol.Errorf(protocol.CodeInternal, "the catalogue does not know %T", cmd)
}

func (s *State) decideCreate(dst []Fact, c protocol.CreateGame, at protocol.Timestamp) ([]Fact, *protocol.Error) {
	if len(s.games) >= MaxGames {
		return dst, tooManyGames()
	}
	e := newEntry(s.lastID+1, c.GameFields, at)
	if err := s.checkTicker(&e); err != nil {
		return dst, err
	}
	return append(dst, &GameCreated{At: at, Game: e}), nil
}

func (s *State) decideUpdate(dst []Fact, c protocol.UpdateGame, at protocol.Timestamp) ([]Fact, *protocol.Error) {
	old, err := s.lookup(c.ID)
	if err != nil {
		return dst, err
	}
	e := old.with(c.GameFields)
	// Check has compared the two if the command has both; here one may come from the game.
	if err := protocol.CheckPlayers(&e.MinPlayers, &e.MaxPlayers); err != nil {
		return dst, err
	}
	if err := s.checkTicker(&e); err != nil {
		return dst, err
	}
	if e.equal(*old) {
		return dst, nil
	}
	return append(dst, &GameUpdated{At: at, Game: e}), nil
}

func (s *State) decideDelete(dst []Fact, c protocol.DeleteGame, at protocol.Timestamp) ([]Fact, *protocol.Error) {
	if _, err := s.lookup(c.ID); err != nil {
		return dst, err
	}
	return append(dst, &GameDeleted{At: at, ID: c.ID}), nil
}

func (s *State) decideToggle(dst []Fact, c protocol.ToggleGame, at protocol.Timestamp) ([]Fact, *protocol.Error) {
	e, err := s.lookup(c.ID)
	if err != nil {
		return dst, err
	}
	return append(dst, &GameToggled{At: at, ID: c.ID, Enabled: !e.Enabled}), nil
}

func (s *State) decideFavor(dst []Fact, c protocol.FavorGame, at protocol.Timestamp) ([]Fact, *protocol.Error) {
	e, err := s.lookup(c.ID)
	if err != nil || e.FavorBias == *c.FavorBias {
		return dst, err
	}
	return append(dst, &GameFavored{At: at, ID: c.ID, Bias: *c.FavorBias}), nil
}

func (s *State) decideTogglePack(dst []Fact, c protocol.TogglePack, at protocol.Timestamp) ([]Fact, *protocol.Error) {
	games := s.gamesOfPack(c.Name)
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

func (s *State) decideFavorPack(dst []Fact, c protocol.FavorPack, at protocol.Timestamp) ([]Fact, *protocol.Error) {
	if len(s.gamesOfPack(c.Name)) == 0 {
		return dst, protocol.NotFound("Pack")
	}
	if s.biases[c.Name] == *c.FavorBias {
		return dst, nil
	}
	return append(dst, &PackFavored{At: at, Name: c.Name, Bias: *c.FavorBias}), nil
}

func (s *State) lookup(id protocol.GameID) (*Entry, *protocol.Error) {
	e, ok := s.byID[id]
	if !ok {
		return nil, protocol.NotFound("Game")
	}
	return e, nil
}

func tooManyGames() *protocol.Error {
	return protocol.Invalid("The catalogue holds at most %d games", MaxGames)
}

// Answer is the reply to a decided command, asked after its facts were applied: protocol.Game
// for CreateGame, UpdateGame and ToggleGame (with zero totals), protocol.Message for
// DeleteGame, protocol.FavorSet for FavorGame and FavorPack, protocol.PackToggled for
// TogglePack (affected are all games of the pack), protocol.GamesImported for ImportGames, nil
// for Seed.
func (s *State) Answer(cmd protocol.Command, facts []Fact) any {
	switch c := cmd.(type) {
	case protocol.CreateGame:
		for _, f := range facts {
			if f, ok := f.(*GameCreated); ok {
				return f.Game.Resource()
			}
		}
	case protocol.UpdateGame:
		return s.byID[c.ID].Resource()
	case protocol.ToggleGame:
		return s.byID[c.ID].Resource()
	case protocol.DeleteGame:
		return protocol.Message{Message: "Game deleted successfully"}
	case protocol.FavorGame:
		return protocol.FavorSet{Message: "Favor bias updated successfully", FavorBias: *c.FavorBias}
	case protocol.FavorPack:
		return protocol.FavorSet{Message: "Pack favor bias updated successfully", FavorBias: *c.FavorBias}
	case protocol.TogglePack:
		return protocol.PackToggled{Message: toggled(*c.Enabled), GamesAffected: len(s.gamesOfPack(c.Name))}
	case protocol.ImportGames:
		return gamesImported(c, facts)
	}
	return nil
}

func toggled(enabled bool) string {
	if enabled {
		return "Pack enabled successfully"
	}
	return "Pack disabled successfully"
}
