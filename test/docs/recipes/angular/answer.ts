import { afterRenderEffect, Directive, ElementRef, inject, input } from '@angular/core'
import { streamChat } from 'teleprinter'

/** `<div [answer]="prompt()"></div>` */
@Directive({ selector: '[answer]' })
export class Answer {
  readonly answer = input.required<string>()
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement

  constructor() {
    // In the browser only; again for another prompt, and cleaned up before that and when the element goes
    afterRenderEffect(onCleanup => {
      const handle = streamChat(this.answer(), this.element, { url: '/api/chat' })
      onCleanup(() => handle.stop())
    })
  }
}
