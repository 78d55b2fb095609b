export { Journal, type JournalEntry, readJournal } from '../shared/journal.ts';
