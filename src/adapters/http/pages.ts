// Owns the three pages that the Teams app names: what runbot is, what it keeps about people, on which terms it is used.
type Paragraph = { readonly title: string; readonly text: string }

const what: Paragraph = {
  title: 'runbot',
  text: 'A bot in Microsoft Teams that governs runbook execution. It is run by the organisation whose people use it; ask them for help.',
}

/** By path. No outside text is in them. */
const pages: { readonly [path: string]: readonly Paragraph[] } = {
  '/': [what],
  '/privacy': [
    { title: 'Privacy', text: 'Everything that runbot stores stays in the systems of the organisation that runs it.' },
    {
      title: 'What is kept',
      text: 'Who asked for, approved, refused or stopped a run: name, Entra object id, tenant, time and note, in an audit trail that nobody can change. Messages are read only where runbot is mentioned or written to.',
    },
    {
      title: 'What it is for',
      text: 'To show later who allowed what on which evidence. How long it is kept, and who may see it, the organisation decides.',
    },
    { title: 'Whom it goes to', text: 'The tickets and systems that the organisation has connected, and nobody else.' },
  ],
  '/terms': [
    {
      title: 'Terms of use',
      text: 'For members of the organisation that runs this runbot, under its own rules. The software comes under the MIT licence, without warranty.',
    },
  ],
}

export const pagePaths: readonly string[] = Object.keys(pages)

/** One of `pagePaths` as HTML that loads nothing and runs nothing. */
export function pageOf(path: string): string {
  const parts = (pages[path] ?? []).map(({ title, text }, index) => {
    const level = index === 0 ? 'h1' : 'h2'
    return `<${level}>${title}</${level}><p>${text}</p>`
  })
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${pages[path]?.[0]?.title ?? ''}</title>`
  return `<!doctype html><html lang="en"><head>${head}</head><body>${parts.join('')}</body></html>`
}
