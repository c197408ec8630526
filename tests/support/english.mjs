// The stories read what people read in English, wherever they run.

export const ENGLISH = { LANG: 'C.UTF-8', LC_ALL: '', LANGUAGE: 'en' };
